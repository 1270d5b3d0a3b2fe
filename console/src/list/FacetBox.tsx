import { Button, Checkbox, Skeleton } from "@patternfly/react-core";
import { type ReactNode, useId } from "react";
import { formatCount } from "../format/count";

export type Choice = { key: string; title: string; count: number | undefined; isOn: boolean; choose: () => void };

type Props = {
  title: string;
  /** `undefined` while the first counts are on their way. */
  choices: Choice[] | undefined;
  isDisabled: boolean;
  /** Takes all of them out. */
  onClear: () => void;
  /** Below the choices. */
  children?: ReactNode;
};

/** One group of choices with their counts. */
export function FacetBox({ title, choices, isDisabled, onClear, children }: Props) {
  const id = useId();
  const on = choices?.filter(({ isOn }) => isOn).length ?? 0;
  // What cannot be chosen now, and was never counted, would wait for ever.
  if (choices?.length === 0 || (isDisabled && !choices)) return null;
  return (
    <fieldset className="ft-facet" disabled={isDisabled}>
      <legend>
        {title}
        {on > 0 && (
          <Button variant="link" isInline aria-label={`Clear: ${title}`} onClick={onClear}>
            Clear
          </Button>
        )}
      </legend>
      {choices ? (
        choices.map(({ key, title, count, isOn, choose }) => (
          <div key={key} className="ft-facet-choice">
            <Checkbox id={`${id}-${key}`} label={title} isChecked={isOn} isDisabled={isDisabled} onChange={choose} />
            {count !== undefined && <span className="ft-quiet">{formatCount(count)}</span>}
          </div>
        ))
      ) : (
        <Skeleton height="3rem" screenreaderText={`Counting: ${title}`} />
      )}
      {children}
    </fieldset>
  );
}
