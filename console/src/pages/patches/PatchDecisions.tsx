import { DropdownItem } from "@patternfly/react-core";
import { useState } from "react";
import { errorText } from "../../api/errorText";
import { useDecidePatches } from "../../api/patches";
import type { PatchDecision, PatchRow } from "../../api/types";
import { counted } from "../../format/count";
import { MoreActions } from "../../shell/MoreActions";
import { useNotify } from "../../shell/notices";
import { HidePatches } from "./HidePatches";

type Decided = Pick<PatchRow, "id" | "enabled" | "isHidden">;

/** The menu that hides, shows, disables and enables patches; what would change nothing is left out. */
export function PatchDecisions({ patches, onDone }: { patches: Decided[]; onDone?: () => void }) {
  const [hiding, setHiding] = useState(false);
  const decide = useDecidePatches();
  const notify = useNotify();
  const ids = patches.map(({ id }) => id);
  const run = (action: PatchDecision["action"], done: string) =>
    decide.mutate(
      { patches: ids, action },
      {
        onSuccess: ({ changed }) => {
          notify({ variant: "success", title: `${counted(changed, "patch", "patches")} ${done}` });
          onDone?.();
        },
        onError: (error) => notify({ variant: "danger", ...errorText(error) }),
      },
    );
  return (
    <>
      <MoreActions>
        {patches.some(({ enabled }) => enabled) && (
          <DropdownItem
            key="disable"
            description="No job deploys it; it stays in the lists"
            onClick={() => run("Disable", "disabled")}
          >
            Disable
          </DropdownItem>
        )}
        {patches.some(({ enabled }) => !enabled) && (
          <DropdownItem key="enable" onClick={() => run("Enable", "enabled")}>
            Enable
          </DropdownItem>
        )}
        {patches.some(({ isHidden }) => !isHidden) && (
          <DropdownItem
            key="hide"
            description="Left out of lists, counts and mails, with a reason"
            onClick={() => setHiding(true)}
          >
            Hide…
          </DropdownItem>
        )}
        {patches.some(({ isHidden }) => isHidden) && (
          <DropdownItem key="show" onClick={() => run("Show", "shown again")}>
            Show again
          </DropdownItem>
        )}
      </MoreActions>
      {hiding && (
        <HidePatches
          ids={ids}
          onClose={() => setHiding(false)}
          onDone={() => {
            setHiding(false);
            onDone?.();
          }}
        />
      )}
    </>
  );
}
