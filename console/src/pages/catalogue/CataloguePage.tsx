import {
  Button,
  EmptyState,
  EmptyStateActions,
  EmptyStateBody,
  EmptyStateFooter,
  PageSection,
  Title,
} from "@patternfly/react-core";
import { useState } from "react";
import { useDocuments } from "../../api/catalogue";
import type { ImportedDocument } from "../../api/types";
import { formatCount } from "../../format/count";
import { formatBytes } from "../../format/size";
import { When } from "../../labels/When";
import { Failure } from "../../shell/Failure";
import { PageHead } from "../../shell/PageHead";
import { type Column, DataTable } from "../../table/DataTable";
import { FeedTable } from "./FeedTable";
import { feedText } from "./feeds";
import { ImportFile } from "./ImportFile";

const shown = 100;
const columns: Column<ImportedDocument>[] = [
  { key: "feed", title: "Feed", cell: ({ feed }) => feedText(feed) },
  { key: "file", title: "File", cell: ({ fileName }) => fileName ?? <span className="ft-quiet">unnamed</span> },
  { key: "imported", title: "Imported", cell: ({ importedAt }) => <When at={importedAt} /> },
  { key: "by", title: "By", cell: ({ importedBy }) => importedBy },
  { key: "size", title: "Size", numeric: true, cell: ({ bytes }) => formatBytes(bytes) },
  { key: "added", title: "Patches added", numeric: true, cell: ({ changes }) => formatCount(changes.added) },
  { key: "changed", title: "Changed", numeric: true, cell: ({ changes }) => formatCount(changes.changed) },
  { key: "unchanged", title: "Unchanged", numeric: true, cell: ({ changes }) => formatCount(changes.unchanged) },
  { key: "dropped", title: "Dropped", numeric: true, cell: ({ report }) => formatCount(report.dropped.total) },
];

export function CataloguePage() {
  const [importing, setImporting] = useState(false);
  const { data, error, refetch } = useDocuments({ limit: shown });
  const open = <Button onClick={() => setImporting(true)}>Import a file…</Button>;
  return (
    <>
      <PageHead
        title="Catalogue"
        description="Vendors' files that say which patches there are and what they fix. What a file says is found on every asset at once."
        actions={data?.items.length ? open : undefined}
      />
      <PageSection isFilled>
        <FeedTable />
        {error && !data ? (
          <Failure error={error} retry={refetch} />
        ) : data?.items.length === 0 ? (
          <EmptyState titleText="No vendor's file imported yet" headingLevel="h2">
            <EmptyStateBody>
              Until then patches are known from what machines are offered. Download Debian's list of advisories (the
              file “data/DSA/list” or “data/DLA/list” of its security tracker), then import it here.
            </EmptyStateBody>
            <EmptyStateFooter>
              <EmptyStateActions>{open}</EmptyStateActions>
            </EmptyStateFooter>
          </EmptyState>
        ) : (
          <>
            <Title headingLevel="h2" size="md">
              Imported files
            </Title>
            <DataTable label="Imported files" columns={columns} rows={data?.items} rowKey={({ id }) => id} />
          </>
        )}
        {data && data.total > shown && (
          <p className="ft-quiet">
            The newest {shown} of {formatCount(data.total)}.
          </p>
        )}
      </PageSection>
      {importing && <ImportFile onClose={() => setImporting(false)} />}
    </>
  );
}
