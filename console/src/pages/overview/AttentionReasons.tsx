import { Label, LabelGroup } from "@patternfly/react-core";
import type { AssetRow } from "../../api/types";
import { formatCount } from "../../format/count";

export function AttentionReasons({ asset }: { asset: AssetRow }) {
  const other = asset.missingPatchCount - asset.missingSecurityCount;
  return (
    <LabelGroup numLabels={4} aria-label={`Why ${asset.name} needs attention`}>
      {asset.scanStatus === "Failed" && (
        <Label isCompact status="danger" variant="outline">
          Scan failed
        </Label>
      )}
      {asset.missingSecurityCount > 0 && (
        <Label isCompact color="red">
          {formatCount(asset.missingSecurityCount)} security
        </Label>
      )}
      {asset.overdueCount > 0 && (
        <Label isCompact status="danger" variant="outline">
          {formatCount(asset.overdueCount)} overdue
        </Label>
      )}
      {asset.pendingReboot && (
        <Label isCompact status="warning" variant="outline">
          Restart pending
        </Label>
      )}
      {other > 0 && <Label isCompact>{other} other</Label>}
    </LabelGroup>
  );
}
