import { Label, Tooltip } from "@patternfly/react-core";
import type { ScanStatus } from "../api/types";
import { words } from "../format/words";

const looks = {
  Pending: "info",
  Scanning: "info",
  Scanned: "success",
  Failed: "danger",
  NotSupported: "warning",
} as const;

export function ScanStatusLabel({ status, reason }: { status: ScanStatus; reason: string | null }) {
  const label = (
    <Label isCompact status={looks[status]} variant="outline">
      {words(status)}
    </Label>
  );
  return reason ? <Tooltip content={reason}>{label}</Tooltip> : label;
}
