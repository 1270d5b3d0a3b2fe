import { ClipboardCopy, Skeleton } from "@patternfly/react-core";
import { Link } from "react-router";
import { useActivationKeys } from "../../api/agents";
import { Failure } from "../../shell/Failure";

/** The command that installs and enrols an agent, with the first activation key that still admits one. */
export function InstallLine() {
  const { data, error } = useActivationKeys();
  if (error) return <Failure error={error} />;
  if (!data) return <Skeleton screenreaderText="Loading the install line" />;
  const now = new Date().toISOString();
  const key = data.items.find(
    (one) =>
      one.enabled &&
      (!one.expireDate || one.expireDate > now) &&
      (one.maxAgents === null || one.usedCount < one.maxAgents),
  );
  if (!key) {
    return (
      <p>
        There is no activation key that admits an agent. <Link to="/agents">Make one</Link>
      </p>
    );
  }
  return (
    <div className="ft-install">
      <p>Run this as root on the machine (activation key “{key.title}”):</p>
      <ClipboardCopy isReadOnly isCode hoverTip="Copy" clickTip="Copied" textAriaLabel="Install line">
        {key.installLine}
      </ClipboardCopy>
      <p>
        <Link to="/agents">Activation keys</Link>
      </p>
    </div>
  );
}
