import { Button, ToolbarGroup, ToolbarItem } from "@patternfly/react-core";
import { useNavigate } from "react-router";
import type { PatchRow } from "../../api/types";
import { counted } from "../../format/count";
import type { Selection } from "../../table/useSelection";
import { jobLink } from "../jobs/jobLink";
import { PatchDecisions } from "./PatchDecisions";

export function PatchBulkActions({ selection }: { selection: Selection<PatchRow> }) {
  const navigate = useNavigate();
  const patches = selection.rows.map((patch) => patch.id);
  if (patches.length === 0) return null;
  return (
    <ToolbarGroup variant="action-group">
      <ToolbarItem>
        <Button variant="primary" onClick={() => navigate(jobLink({ work: "Install", assets: "missing", patches }))}>
          Deploy {counted(patches.length, "patch", "patches")}…
        </Button>
      </ToolbarItem>
      <ToolbarItem>
        <PatchDecisions patches={selection.rows} onDone={selection.clear} />
      </ToolbarItem>
      <ToolbarItem>
        <Button variant="link" onClick={selection.clear}>
          Clear selection
        </Button>
      </ToolbarItem>
    </ToolbarGroup>
  );
}
