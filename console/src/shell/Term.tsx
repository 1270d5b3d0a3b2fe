import { DescriptionListDescription, DescriptionListGroup, DescriptionListTerm } from "@patternfly/react-core";
import type { ReactNode } from "react";

/** One fact in a description list. What is unknown is shown as such, not left out. */
export function Term({ name, children }: { name: string; children: ReactNode }) {
  const unknown = children === null || children === undefined || children === "";
  return (
    <DescriptionListGroup>
      <DescriptionListTerm>{name}</DescriptionListTerm>
      <DescriptionListDescription>
        {unknown ? <span className="ft-quiet">unknown</span> : children}
      </DescriptionListDescription>
    </DescriptionListGroup>
  );
}
