import { HelperText, HelperTextItem } from "@patternfly/react-core";
import { useEffect } from "react";
import { type Entity, type QueryTexts, useExplained } from "../api/qql";
import { remember } from "./recent";

/** What an asked query means in plain English, and what of it is most often not meant. */
export function QueryMeaning({ entity, texts, tz }: { entity: Entity; texts: QueryTexts; tz: string }) {
  const { data, isPlaceholderData } = useExplained(entity, texts, tz);
  const holds = data !== undefined && !isPlaceholderData;
  useEffect(() => {
    if (holds && texts.query) remember(entity, texts.query);
  }, [holds, entity, texts.query]);
  if (!data) return null;
  const sentences = [texts.query && data.sentence, texts.havingQuery && data.having?.sentence].filter(
    (sentence) => sentence,
  );
  const warnings = [...data.warnings, ...(data.having?.warnings ?? [])];
  return (
    <HelperText className="ft-query-notes">
      {sentences.map((sentence) => (
        <HelperTextItem key={sentence}>{sentence}</HelperTextItem>
      ))}
      {warnings.map(({ code, offset, message, help }) => (
        <HelperTextItem key={`${code} ${offset} ${message}`} variant="warning">
          {message}; {help}
        </HelperTextItem>
      ))}
    </HelperText>
  );
}
