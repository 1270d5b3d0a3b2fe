import { useNavigate } from "react-router";
import type { PatchRow } from "../../api/types";
import { counted } from "../../format/count";
import { BulkAction } from "../../list/BulkAction";
import type { Chosen } from "../../list/chosen";
import { jobLink } from "../jobs/jobLink";
import { PatchDecisions } from "./PatchDecisions";

/** Patches that one job takes. */
const most = 2000;

/** What can be done with the chosen patches. Decisions are taken of those that somebody has looked at and ticked. */
export function PatchBulkActions({ chosen, onDone }: { chosen: Chosen<PatchRow>; onDone: () => void }) {
  const navigate = useNavigate();
  const patches = chosen.kind === "rows" ? chosen.rows.map(({ id }) => id) : chosen.question;
  return (
    <>
      <BulkAction
        variant="primary"
        obstacle={chosen.count > most ? `A job takes at most ${counted(most, "patch", "patches")}.` : null}
        onClick={() => navigate(jobLink({ work: "Install", assets: "missing", patches }))}
      >
        Deploy {counted(chosen.count, "patch", "patches")}…
      </BulkAction>
      {chosen.kind === "rows" && <PatchDecisions patches={chosen.rows} onDone={onDone} />}
    </>
  );
}
