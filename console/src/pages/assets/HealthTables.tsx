import { GridItem, Label } from "@patternfly/react-core";
import type { AssetDetails, AssetRepository, Collector, SelfCheck } from "../../api/types";
import { formatDuration } from "../../format/time";
import { words } from "../../format/words";
import { When } from "../../labels/When";
import { type Column, DataTable } from "../../table/DataTable";
import { Section } from "./Facts";

const good = ["Ok", "Passed", "Fetched", "Unchanged", "Fresh"];

function ResultLabel({ result }: { result: string }) {
  const status = good.includes(result) ? "success" : result === "Warning" ? "warning" : "danger";
  return (
    <Label isCompact variant="outline" status={status}>
      {words(result)}
    </Label>
  );
}

const repositoryColumns: Column<AssetRepository>[] = [
  { key: "repo", title: "Repository", cell: (one) => <span className="ft-break">{one.repo}</span> },
  { key: "result", title: "Result", cell: (one) => <ResultLabel result={one.result} /> },
  { key: "listDate", title: "Lists of", cell: (one) => <When at={one.listDate} none="unknown" /> },
  { key: "validUntil", title: "Valid until", cell: (one) => <When at={one.validUntil} none="no limit" /> },
  { key: "lists", title: "Lists", cell: (one) => words(one.lists) },
  { key: "text", title: "Said", cell: (one) => one.text ?? <span className="ft-quiet">–</span> },
];
const collectorColumns: Column<Collector>[] = [
  { key: "name", title: "Collector", cell: (one) => one.name },
  { key: "result", title: "Result", cell: (one) => <ResultLabel result={one.result} /> },
  { key: "took", title: "Took", numeric: true, cell: (one) => formatDuration(one.tookMs) },
  {
    key: "text",
    title: "Said",
    cell: (one) => [one.code, one.text].filter(Boolean).join(": ") || <span className="ft-quiet">–</span>,
  },
];
const checkColumns: Column<SelfCheck>[] = [
  { key: "id", title: "Check", cell: (one) => one.id },
  { key: "result", title: "Result", cell: (one) => <ResultLabel result={one.result} /> },
  { key: "text", title: "Said", cell: (one) => one.text },
];

/** How well the agent sees the machine: where apt gets its lists, what the scan did, the agent's own checks. */
export function HealthTables({ asset }: { asset: AssetDetails }) {
  return (
    <>
      <GridItem>
        <Section title="Repositories at the last scan">
          {asset.repositories.length ? (
            <DataTable
              label="Repositories"
              columns={repositoryColumns}
              rows={asset.repositories}
              rowKey={(one) => `${one.repo} ${one.uri}`}
            />
          ) : (
            <p>Known after the first scan.</p>
          )}
        </Section>
      </GridItem>
      <GridItem lg={6}>
        <Section title="Last scan">
          {asset.collectors.length ? (
            <DataTable
              label="Collectors"
              columns={collectorColumns}
              rows={asset.collectors}
              rowKey={(one) => one.name}
            />
          ) : (
            <p>No scan has finished yet.</p>
          )}
        </Section>
      </GridItem>
      <GridItem lg={6}>
        <Section title="Agent's own checks">
          {asset.selfCheck.length ? (
            <DataTable
              label="Agent's own checks"
              columns={checkColumns}
              rows={asset.selfCheck}
              rowKey={(one) => one.id}
            />
          ) : (
            <p>The agent has reported none yet.</p>
          )}
        </Section>
      </GridItem>
    </>
  );
}
