import {
  Button,
  EmptyState,
  EmptyStateActions,
  EmptyStateBody,
  EmptyStateFooter,
  PageSection,
} from "@patternfly/react-core";
import { useState } from "react";
import { useRevokeToken, useTokens } from "../../api/session";
import type { Token } from "../../api/types";
import { When } from "../../labels/When";
import { Confirm } from "../../shell/Confirm";
import { Failure } from "../../shell/Failure";
import { PageHead } from "../../shell/PageHead";
import { type Column, DataTable } from "../../table/DataTable";
import { CreateToken } from "./CreateToken";

const columns = (onRevoke: (token: Token) => void): Column<Token>[] => [
  { key: "name", title: "Name", cell: (token) => token.name },
  { key: "created", title: "Created", cell: (token) => <When at={token.createdAt} /> },
  { key: "expires", title: "Ends", cell: (token) => <When at={token.expiresAt} /> },
  { key: "used", title: "Last used", cell: (token) => <When at={token.lastUsedAt} /> },
  {
    key: "revoke",
    title: "Actions",
    actions: true,
    cell: (token) => (
      <Button variant="link" isDanger isInline aria-label={`Revoke ${token.name}`} onClick={() => onRevoke(token)}>
        Revoke
      </Button>
    ),
  },
];

export function TokensPage() {
  const [creating, setCreating] = useState(false);
  const [revoking, setRevoking] = useState<Token | null>(null);
  const { data, error, refetch } = useTokens();
  const revoke = useRevokeToken();
  const create = <Button onClick={() => setCreating(true)}>Create token</Button>;
  return (
    <>
      <PageHead
        title="API tokens"
        description="A token lets the command line or a script act with your rights."
        actions={create}
      />
      <PageSection isFilled>
        {error && !data ? (
          <Failure error={error} retry={refetch} />
        ) : data?.items.length === 0 ? (
          <EmptyState titleText="No API tokens" headingLevel="h2">
            <EmptyStateBody>Make one for each program that uses the API.</EmptyStateBody>
            <EmptyStateFooter>
              <EmptyStateActions>{create}</EmptyStateActions>
            </EmptyStateFooter>
          </EmptyState>
        ) : (
          <DataTable
            label="API tokens"
            columns={columns(setRevoking)}
            rows={data?.items}
            rowKey={(token) => token.id}
          />
        )}
      </PageSection>
      {creating && <CreateToken onClose={() => setCreating(false)} />}
      {revoking && (
        <Confirm
          title={`Revoke the token “${revoking.name}”?`}
          action="Revoke"
          busy={revoke.isPending}
          error={revoke.error}
          onClose={() => setRevoking(null)}
          onConfirm={() => revoke.mutate(revoking.id, { onSuccess: () => setRevoking(null) })}
        >
          Programs that use it are refused from now on.
        </Confirm>
      )}
    </>
  );
}
