import { Skeleton } from "@patternfly/react-core";
import type { ReactNode } from "react";
import { useExplanation } from "../../api/assets";
import { Drawer } from "../../shell/Drawer";
import { Failure } from "../../shell/Failure";
import { ExplanationView } from "./ExplanationView";

type Props = { assetId: string | null; patchId: string | null; onClose: () => void; children: ReactNode };

/** A list with a drawer that says why one finding is what it is. */
export function WithExplanation({ assetId, patchId, onClose, children }: Props) {
  return (
    <>
      {children}
      {assetId !== null && patchId !== null && (
        <Drawer label="Explanation" title="Why is this so?" closeLabel="Close the explanation" onClose={onClose}>
          <Reasons assetId={assetId} patchId={patchId} />
        </Drawer>
      )}
    </>
  );
}

function Reasons({ assetId, patchId }: { assetId: string; patchId: string }) {
  const { data, error, refetch } = useExplanation(assetId, patchId);
  if (data) return <ExplanationView explanation={data} />;
  if (error) return <Failure error={error} retry={refetch} />;
  return <Skeleton height="10rem" screenreaderText="Loading the explanation" />;
}
