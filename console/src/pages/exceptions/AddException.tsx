import { useState } from "react";
import { Link } from "react-router";
import { useRequestException } from "../../api/exceptions";
import { counted } from "../../format/count";
import { CreateDialog } from "../../shell/CreateDialog";
import { areValid, asked, ExceptionTerms, usualTerms } from "./ExceptionTerms";

/** Asks for an exception for these patches on these assets. */
export function AddException({
  patches,
  assets,
  onClose,
}: {
  patches: string[];
  assets: string[];
  onClose: () => void;
}) {
  const [terms, setTerms] = useState(usualTerms);
  const request = useRequestException();
  const submit = () => request.mutate({ patches, patchQuery: null, tz: null, assets, tags: [], ...asked(terms) });
  return (
    <CreateDialog
      title={`Exception for ${counted(patches.length, "patch", "patches")} on ${counted(assets.length, "asset")}`}
      createdTitle={request.data?.state === "Approved" ? "Exception approved" : "Exception requested"}
      created={request.data && <Created approved={request.data.state === "Approved"} />}
      busy={request.isPending}
      valid={areValid(terms)}
      error={request.error}
      onSubmit={submit}
      onClose={onClose}
    >
      <ExceptionTerms autoFocus terms={terms} onChange={setTerms} />
    </CreateDialog>
  );
}

function Created({ approved }: { approved: boolean }) {
  return (
    <p>
      {approved
        ? "The findings count as missing and not as overdue, and jobs leave them out. "
        : "It takes effect once somebody approves it. "}
      <Link to="/exceptions">All exceptions</Link>
    </p>
  );
}
