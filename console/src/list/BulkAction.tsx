import { Button, type ButtonProps } from "@patternfly/react-core";
import { type ReactElement, useId } from "react";

type Props = Pick<ButtonProps, "variant" | "isLoading" | "onClick" | "children"> & {
  /** Why it cannot be done with what is chosen; `null` where it can. */
  obstacle: string | null;
};

/** A button that says why it does nothing. */
export function BulkAction({ obstacle, isLoading = false, ...button }: Props): ReactElement {
  const id = useId();
  return (
    <>
      <Button
        size="sm"
        {...button}
        isLoading={isLoading}
        isDisabled={obstacle !== null || isLoading}
        {...(obstacle === null ? {} : { "aria-describedby": id })}
      />
      {obstacle !== null && (
        <span id={id} className="ft-quiet">
          {obstacle}
        </span>
      )}
    </>
  );
}
