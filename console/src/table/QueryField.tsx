import { FormHelperText, HelperText, HelperTextItem, SearchInput } from "@patternfly/react-core";
import { useEffect, useState } from "react";
import type { ApiError, QueryError } from "../api/client";

/** A query in Fettle's query language; it is asked with Enter. What is wrong with it stands under it. */
export function QueryField(props: {
  label: string;
  example: string;
  value: string;
  error: ApiError | null;
  onAsk: (query: string) => void;
}) {
  const { label, value, error, onAsk } = props;
  const [text, setText] = useState(value);
  // The address changed by other means: it wins over what stands in the field.
  useEffect(() => setText(value), [value]);
  const errors = error?.errors ?? [];
  return (
    <>
      <SearchInput
        aria-label={label}
        aria-invalid={errors.length > 0}
        placeholder={props.example}
        value={text}
        onChange={(_event, next) => setText(next)}
        onSearch={(_event, next) => onAsk(next.trim())}
        onClear={() => onAsk("")}
      />
      {errors.length > 0 && (
        <FormHelperText>
          <HelperText isLiveRegion>
            {errors.map((one) => (
              <QueryFault key={`${one.offset} ${one.message}`} error={one} />
            ))}
          </HelperText>
        </FormHelperText>
      )}
    </>
  );
}

function QueryFault({ error }: { error: QueryError }) {
  return (
    <HelperTextItem variant="error">
      {error.message}
      {error.help && `; ${error.help}`}
      <pre className="ft-caret">{error.caret}</pre>
    </HelperTextItem>
  );
}
