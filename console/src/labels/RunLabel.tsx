import { Label } from "@patternfly/react-core";
import type { RunRow } from "../api/types";
import { words } from "../format/words";

const looks = {
  Succeeded: "success",
  PartiallySucceeded: "warning",
  Failed: "danger",
  NothingToDo: "info",
} as const;

export function RunLabel({ run }: { run: Pick<RunRow, "state" | "result"> }) {
  if (run.result && run.state !== "Canceled") {
    return (
      <Label isCompact variant="outline" status={looks[run.result]}>
        {words(run.result)}
      </Label>
    );
  }
  return (
    <Label isCompact variant="outline" {...(run.state === "Running" ? { status: "info" as const } : {})}>
      {words(run.state)}
    </Label>
  );
}
