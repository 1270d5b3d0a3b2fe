import { Button, DropdownItem } from "@patternfly/react-core";
import { useState } from "react";
import { useNavigate } from "react-router";
import { useRetireAsset, useScanNow } from "../../api/assets";
import { errorText } from "../../api/errorText";
import type { AssetDetails } from "../../api/types";
import { Confirm } from "../../shell/Confirm";
import { MoreActions } from "../../shell/MoreActions";
import { useNotify } from "../../shell/notices";
import { jobLink } from "../jobs/jobLink";

export function AssetActions({ asset }: { asset: AssetDetails }) {
  const navigate = useNavigate();
  const notify = useNotify();
  const scan = useScanNow();
  const scanNow = () =>
    scan.mutate([asset.id], {
      onSuccess: () =>
        notify({
          variant: "success",
          title: "Scan asked",
          body: asset.connected ? "The agent begins within seconds." : "The agent begins when it connects again.",
        }),
      onError: (error) => notify({ variant: "danger", ...errorText(error) }),
    });
  const deploy = () => navigate(jobLink({ work: "Install", assets: [asset.id], patches: "missing" }));
  const scanning = asset.scanStatus === "Scanning" || scan.isPending;
  return (
    <>
      <Button variant="primary" onClick={deploy}>
        Deploy…
      </Button>
      <Button variant="secondary" isLoading={scanning} isDisabled={scanning} onClick={scanNow}>
        {asset.scanStatus === "Scanning" ? "Scanning" : "Scan now"}
      </Button>
      <RareActions asset={asset} />
    </>
  );
}

function RareActions({ asset }: { asset: AssetDetails }) {
  const [asking, setAsking] = useState(false);
  const navigate = useNavigate();
  const retire = useRetireAsset();
  return (
    <>
      <MoreActions>
        <DropdownItem isDanger onClick={() => setAsking(true)}>
          Retire…
        </DropdownItem>
      </MoreActions>
      {asking && (
        <Confirm
          title={`Retire ${asset.name}?`}
          action="Retire"
          busy={retire.isPending}
          error={retire.error}
          onClose={() => setAsking(false)}
          onConfirm={() => retire.mutate(asset.id, { onSuccess: () => navigate("/assets") })}
        >
          The asset leaves the lists and its certificate is revoked. To come back, the machine has to enrol again.
        </Confirm>
      )}
    </>
  );
}
