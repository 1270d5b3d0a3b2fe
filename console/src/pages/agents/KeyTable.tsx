import { Button, ClipboardCopy, Switch } from "@patternfly/react-core";
import { useState } from "react";
import { Link } from "react-router";
import { useDeleteKey, useEnableKey } from "../../api/agents";
import { errorText } from "../../api/errorText";
import type { ActivationKey } from "../../api/types";
import { dateOnly } from "../../format/time";
import { When } from "../../labels/When";
import { Confirm } from "../../shell/Confirm";
import { useNotify } from "../../shell/notices";
import { type Column, DataTable } from "../../table/DataTable";
import { letterForLetter, queryLink } from "../../url/queryLink";

export function KeyTable({ keys }: { keys: ActivationKey[] | undefined }) {
  const [deleting, setDeleting] = useState<ActivationKey | null>(null);
  const remove = useDeleteKey();
  return (
    <>
      <DataTable label="Activation keys" columns={columns(setDeleting)} rows={keys} rowKey={(key) => key.id} />
      {deleting && (
        <Confirm
          title={`Delete the key “${deleting.title}”?`}
          action="Delete"
          busy={remove.isPending}
          error={remove.error}
          onClose={() => setDeleting(null)}
          onConfirm={() => remove.mutate(deleting.id, { onSuccess: () => setDeleting(null) })}
        >
          No further agent can enrol with it. Agents that have enrolled stay.
        </Confirm>
      )}
    </>
  );
}

const columns = (onDelete: (key: ActivationKey) => void): Column<ActivationKey>[] => [
  { key: "title", title: "Title", cell: (key) => key.title },
  { key: "enabled", title: "Enabled", cell: (key) => <EnabledSwitch activationKey={key} /> },
  {
    key: "used",
    title: "Agents",
    cell: (key) => (
      <>
        {key.usedCount === 0 ? (
          0
        ) : (
          <Link to={queryLink("/assets", `activationKey:${letterForLetter(key.title)}`)}>{key.usedCount}</Link>
        )}
        {key.maxAgents !== null && ` of ${key.maxAgents}`}
      </>
    ),
  },
  {
    key: "expires",
    title: "Valid until",
    cell: (key) => (key.expireDate ? dateOnly(key.expireDate) : <span className="ft-quiet">no limit</span>),
  },
  { key: "lastUsed", title: "Last used", cell: (key) => <When at={key.lastUsedAt} /> },
  {
    key: "installLine",
    title: "Install line",
    cell: (key) => (
      <ClipboardCopy
        isReadOnly
        isCode
        hoverTip="Copy"
        clickTip="Copied"
        textAriaLabel={`Install line of ${key.title}`}
        copyAriaLabel={`Copy the install line of ${key.title}`}
      >
        {key.installLine}
      </ClipboardCopy>
    ),
  },
  {
    key: "delete",
    title: "Actions",
    actions: true,
    cell: (key) => (
      <Button variant="link" isDanger isInline aria-label={`Delete ${key.title}`} onClick={() => onDelete(key)}>
        Delete
      </Button>
    ),
  },
];

function EnabledSwitch({ activationKey }: { activationKey: ActivationKey }) {
  const enable = useEnableKey();
  const notify = useNotify();
  return (
    <Switch
      aria-label={`${activationKey.title} admits agents`}
      isChecked={activationKey.enabled}
      isDisabled={enable.isPending}
      onChange={(_event, enabled) =>
        enable.mutate(
          { id: activationKey.id, enabled },
          { onError: (error) => notify({ variant: "danger", ...errorText(error) }) },
        )
      }
    />
  );
}
