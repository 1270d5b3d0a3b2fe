import { useNavigate } from "react-router";
import { useScanNow } from "../../api/assets";
import { errorText } from "../../api/errorText";
import { useAbout } from "../../api/session";
import type { AssetRow } from "../../api/types";
import { counted } from "../../format/count";
import { BulkAction } from "../../list/BulkAction";
import type { Chosen } from "../../list/chosen";
import { useNotify } from "../../shell/notices";
import { jobLink } from "../jobs/jobLink";

/** Each is asked by a call of its own. */
const mostScans = 200;

/** What can be done with the chosen assets. */
export function AssetBulkActions({ chosen, onDone }: { chosen: Chosen<AssetRow>; onDone: () => void }) {
  const navigate = useNavigate();
  const notify = useNotify();
  const scan = useScanNow();
  const most = useAbout().data?.maxJobAssets;
  const assets = chosen.kind === "rows" ? chosen.rows.map(({ id }) => id) : chosen.question;
  const scanNow = () =>
    scan.mutate(assets, {
      onSuccess: (asked) => {
        notify({ variant: "success", title: `Scan asked of ${counted(asked, "asset")}` });
        onDone();
      },
      onError: (error) => notify({ variant: "danger", ...errorText(error) }),
    });
  return (
    <>
      <BulkAction
        variant="primary"
        obstacle={most !== undefined && chosen.count > most ? `A job takes at most ${counted(most, "asset")}.` : null}
        onClick={() => navigate(jobLink({ work: "Install", assets, patches: "missing" }))}
      >
        Install missing patches…
      </BulkAction>
      <BulkAction
        variant="secondary"
        isLoading={scan.isPending}
        obstacle={chosen.count > mostScans ? `At most ${mostScans} scans at once.` : null}
        onClick={scanNow}
      >
        Scan now
      </BulkAction>
    </>
  );
}
