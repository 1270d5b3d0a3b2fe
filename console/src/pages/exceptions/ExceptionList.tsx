import { Button, EmptyState, EmptyStateBody, EmptyStateFooter, PageSection, ToolbarItem } from "@patternfly/react-core";
import { Link } from "react-router";
import { errorText } from "../../api/errorText";
import { useDecideException, useExceptions } from "../../api/exceptions";
import type { ExceptionRow, ExceptionState } from "../../api/types";
import { ExceptionLabel } from "../../labels/ExceptionLabel";
import { When } from "../../labels/When";
import { useNotify } from "../../shell/notices";
import { PageHead } from "../../shell/PageHead";
import type { Column } from "../../table/DataTable";
import { FacetFilter } from "../../table/FacetFilter";
import { ListTable } from "../../table/ListTable";
import { apiQuery } from "../../url/listState";
import { queryLink } from "../../url/queryLink";
import { useListState } from "../../url/useListState";

const columns: Column<ExceptionRow>[] = [
  { key: "state", title: "State", cell: ({ state }) => <ExceptionLabel state={state} /> },
  {
    key: "patches",
    title: "Patches",
    cell: ({ patches, patchQuery }) =>
      patchQuery === null ? (
        <Names of={patches.map(({ patchId, title }) => ({ to: `/patches/${patchId}`, name: title }))} />
      ) : (
        <Link to={queryLink("/patches", patchQuery)}>{patchQuery}</Link>
      ),
  },
  {
    key: "assets",
    title: "Assets",
    cell: ({ assets, tags }) => (
      <Names
        of={[
          ...tags.map(({ tagId, path }) => ({ to: `/collections/${tagId}`, name: path })),
          ...assets.map(({ assetId, name }) => ({ to: `/assets/${assetId}/patches`, name })),
        ]}
      />
    ),
  },
  { key: "reason", title: "Reason", cell: ({ reason }) => <span className="ft-break">{reason}</span> },
  { key: "expires", title: "Ends", cell: ({ expiresAt }) => <When at={expiresAt} /> },
  {
    key: "requested",
    title: "Requested",
    cell: ({ requestedBy, requestedAt }) => (
      <span>
        {requestedBy}, <When at={requestedAt} />
      </span>
    ),
  },
  {
    key: "decided",
    title: "Decided",
    cell: ({ decidedBy, decidedAt }) =>
      decidedAt ? (
        <span>
          {decidedBy ?? "by its end"}, <When at={decidedAt} />
        </span>
      ) : (
        <span className="ft-quiet">–</span>
      ),
  },
  { key: "actions", title: "Actions", actions: true, cell: (row) => <Decisions exception={row} /> },
];

const create = (
  <Link to="/exceptions/new" className="pf-v6-c-button pf-m-primary">
    New exception
  </Link>
);

export function ExceptionList() {
  const address = useListState(["state"]);
  const result = useExceptions(apiQuery(address));
  return (
    <>
      <PageHead
        title="Exceptions"
        description="Patches that need not be in on some assets for a while. What an approved one covers is missing, and not overdue; jobs leave it out."
        actions={create}
      />
      <PageSection isFilled>
        <ListTable
          label="Exceptions"
          searchLabel="Search exceptions"
          address={address}
          result={result}
          columns={columns}
          rowKey={({ id }) => id}
          rowName={({ reason }) => reason}
          empty={<NoExceptions />}
          filters={
            <ToolbarItem>
              <FacetFilter
                label="State"
                name="state"
                value={address.filters.state}
                facets={result.data?.facets}
                onChange={(state) => address.set({ state })}
              />
            </ToolbarItem>
          }
        />
      </PageSection>
    </>
  );
}

const shownNames = 3;

function Names({ of }: { of: { to: string; name: string }[] }) {
  const more = of.length - shownNames;
  return (
    <ul className="ft-versions">
      {of.slice(0, shownNames).map(({ to, name }) => (
        <li key={to}>
          <Link to={to}>{name}</Link>
        </li>
      ))}
      {more > 0 && <li className="ft-quiet">and {more} more</li>}
    </ul>
  );
}

const decisions: Partial<Record<ExceptionState, { to: ExceptionState; text: string; isDanger?: boolean }[]>> = {
  Requested: [
    { to: "Approved", text: "Approve" },
    { to: "Rejected", text: "Reject", isDanger: true },
  ],
  Approved: [{ to: "Revoked", text: "Revoke", isDanger: true }],
};

function Decisions({ exception }: { exception: ExceptionRow }) {
  const decide = useDecideException();
  const notify = useNotify();
  const possible = decisions[exception.state];
  if (!possible) return null;
  return (
    <span className="ft-labels">
      {possible.map(({ to, text, isDanger = false }) => (
        <Button
          key={to}
          variant="link"
          isInline
          isDanger={isDanger}
          isDisabled={decide.isPending}
          aria-label={`${text}: ${exception.reason}`}
          onClick={() =>
            decide.mutate(
              { id: exception.id, state: to },
              { onError: (error) => notify({ variant: "danger", ...errorText(error) }) },
            )
          }
        >
          {text}
        </Button>
      ))}
    </span>
  );
}

function NoExceptions() {
  return (
    <EmptyState titleText="No exceptions" headingLevel="h2">
      <EmptyStateBody>
        Choose patches on an asset’s page, or assets on a patch’s, and take “Exception…” where something has to wait. A
        new exception here is for all patches that a query finds, in a collection.
      </EmptyStateBody>
      <EmptyStateFooter>
        <Link to={queryLink("/assets", "overdueFindingCount>0")}>Look at what is overdue</Link>
      </EmptyStateFooter>
    </EmptyState>
  );
}
