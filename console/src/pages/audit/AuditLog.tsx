import { EmptyState, EmptyStateBody, Label, PageSection } from "@patternfly/react-core";
import { useAudit } from "../../api/audit";
import type { AuditOutcome, AuditRow } from "../../api/auditTypes";
import { timeZone } from "../../api/qql";
import { When } from "../../labels/When";
import { QuerySearch } from "../../query/QuerySearch";
import { PageHead } from "../../shell/PageHead";
import type { Column } from "../../table/DataTable";
import { ListTable } from "../../table/ListTable";
import { apiQuery, querySort } from "../../url/listState";
import { useListState } from "../../url/useListState";

const looks: Record<AuditOutcome, "success" | "warning" | "danger"> = {
  Success: "success",
  Refused: "warning",
  Failed: "danger",
};

const columns: Column<AuditRow>[] = [
  { key: "time", title: "Time", sortable: true, cell: ({ time }) => <When at={time} /> },
  { key: "actor", title: "Who", sortable: true, cell: ({ actor }) => <span className="ft-break">{actor}</span> },
  { key: "action", title: "Action", sortable: true, cell: ({ action }) => <code>{action}</code> },
  {
    key: "objectType",
    title: "What",
    sortable: true,
    cell: ({ objectType, objectName, objectId }) => (
      <span className="ft-break">
        {objectType} {objectName ?? objectId}
      </span>
    ),
  },
  {
    key: "outcome",
    title: "Outcome",
    sortable: true,
    cell: ({ outcome }) => (
      <Label isCompact variant="outline" status={looks[outcome]}>
        {outcome}
      </Label>
    ),
  },
  {
    key: "source",
    title: "By way of",
    sortable: true,
    cell: ({ source, ip }) => [source, ip].filter(Boolean).join(", "),
  },
  { key: "seq", title: "Number", sortable: true, numeric: true, cell: ({ seq }) => seq ?? "–" },
];

export function AuditLog() {
  const address = useListState(["query"]);
  const result = useAudit(apiQuery(address, { sort: querySort(address.sort), tz: timeZone() }));
  const data = result.data && { ...result.data, facets: [] };
  return (
    <>
      <PageHead title="Audit log" description="Who did what, with what outcome. Nobody changes or deletes a record." />
      <PageSection isFilled>
        <ListTable
          label="Audit records"
          address={address}
          result={{ ...result, data }}
          columns={columns}
          rowKey={({ seq, time, actor, action, objectId }) => `${seq ?? time} ${actor} ${action} ${objectId}`}
          search={
            <QuerySearch
              entity="audit"
              label="Query of audit records"
              example="action:job.* and time>=now-7d"
              address={address}
              error={result.error}
            />
          }
          empty={
            <EmptyState titleText="No records yet" headingLevel="h2">
              <EmptyStateBody>What people and agents do is written here.</EmptyStateBody>
            </EmptyState>
          }
        />
      </PageSection>
    </>
  );
}
