import { Label, Tooltip } from "@patternfly/react-core";
import { exactTime } from "../format/time";
import { When } from "./When";

/** Until when a patch has to be in. Without a date no rule gives one: the vendor rates nothing, and no score is known. */
export function Due({ finding }: { finding: { dueDate: string | null; isExcepted: boolean; isOverdue: boolean } }) {
  const { dueDate, isExcepted, isOverdue } = finding;
  if (isExcepted) {
    return (
      <Tooltip content="An approved exception covers it here">
        <Label isCompact variant="outline">
          Excepted
        </Label>
      </Tooltip>
    );
  }
  if (!dueDate) {
    return (
      <Tooltip content="No severity is known, so no rule gives a date">
        <span className="ft-quiet">–</span>
      </Tooltip>
    );
  }
  if (!isOverdue) return <When at={dueDate} />;
  return (
    <Tooltip content={`Was due ${exactTime(dueDate)}`}>
      <Label isCompact status="danger" variant="outline">
        Overdue since {exactTime(dueDate).split(",")[0]}
      </Label>
    </Tooltip>
  );
}
