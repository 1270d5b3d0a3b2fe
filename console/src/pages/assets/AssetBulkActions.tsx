import { Button, ToolbarGroup, ToolbarItem } from "@patternfly/react-core";
import { useNavigate } from "react-router";
import { useScanNow } from "../../api/assets";
import { errorText } from "../../api/errorText";
import type { AssetRow } from "../../api/types";
import { counted } from "../../format/count";
import { useNotify } from "../../shell/notices";
import type { Selection } from "../../table/useSelection";
import { jobLink } from "../jobs/jobLink";

/** What can be done with the chosen assets; nothing is shown while none is chosen. */
export function AssetBulkActions({ selection }: { selection: Selection<AssetRow> }) {
  const navigate = useNavigate();
  const notify = useNotify();
  const scan = useScanNow();
  const ids = selection.rows.map((asset) => asset.id);
  if (ids.length === 0) return null;
  const scanNow = () =>
    scan.mutate(ids, {
      onSuccess: (asked) => notify({ variant: "success", title: `Scan asked of ${counted(asked, "asset")}` }),
      onError: (error) => notify({ variant: "danger", ...errorText(error) }),
    });
  return (
    <ToolbarGroup variant="action-group" gap={{ default: "gapSm" }}>
      <ToolbarItem>
        <Button
          variant="primary"
          onClick={() => navigate(jobLink({ work: "Install", assets: ids, patches: "missing" }))}
        >
          Install missing patches…
        </Button>
      </ToolbarItem>
      <ToolbarItem>
        <Button variant="secondary" isLoading={scan.isPending} isDisabled={scan.isPending} onClick={scanNow}>
          Scan now
        </Button>
      </ToolbarItem>
      <ToolbarItem>
        <Button variant="link" onClick={selection.clear}>
          {counted(ids.length, "asset")} selected, clear
        </Button>
      </ToolbarItem>
    </ToolbarGroup>
  );
}
