import { GridItem, Progress } from "@patternfly/react-core";
import type { Facts as MachineFacts } from "../../api/types";
import { formatBytes } from "../../format/size";
import { Term } from "../../shell/Term";
import { type Column, DataTable } from "../../table/DataTable";
import { Facts, Section } from "./Facts";

type Disk = MachineFacts["disks"][number];
type Process = MachineFacts["staleProcesses"][number];

const diskColumns: Column<Disk>[] = [
  { key: "mount", title: "Mounted at", cell: (disk) => <code>{disk.mount}</code> },
  { key: "fileSystem", title: "File system", cell: (disk) => disk.fileSystem },
  { key: "size", title: "Size", numeric: true, cell: (disk) => formatBytes(disk.sizeBytes) },
  { key: "used", title: "Used", cell: (disk) => <DiskUse disk={disk} /> },
];
const processColumns: Column<Process>[] = [
  { key: "name", title: "Process", cell: (process) => process.name },
  { key: "pid", title: "PID", numeric: true, cell: (process) => process.pid },
  { key: "package", title: "Package", cell: (process) => process.package ?? "unknown" },
  { key: "file", title: "Replaced file", cell: (process) => <code className="ft-break">{process.file}</code> },
];

export function MachineCards({ facts }: { facts: MachineFacts }) {
  const { hardware } = facts;
  const model = [hardware.manufacturer, hardware.model].filter(Boolean).join(" ");
  return (
    <>
      <GridItem lg={6}>
        <Facts title="Hardware">
          <Term name="Model">{model}</Term>
          <Term name="Serial number">{hardware.serial}</Term>
          <Term name="Processor">{hardware.processor}</Term>
          <Term name="Processors">{hardware.processors}</Term>
          <Term name="Memory">{facts.memoryMb === null ? null : formatBytes(facts.memoryMb * 1_048_576)}</Term>
          <Term name="Firmware">{[hardware.biosVersion, hardware.biosDate].filter(Boolean).join(", ")}</Term>
          <Term name="Virtualisation">{hardware.virtualisation ?? "none"}</Term>
        </Facts>
      </GridItem>
      <GridItem lg={6}>
        <Section title="Disks">
          <DataTable label="Disks" columns={diskColumns} rows={facts.disks} rowKey={(disk) => disk.mount} />
        </Section>
      </GridItem>
      {facts.staleProcesses.length > 0 && (
        <GridItem>
          <Section title="Processes that still run old code">
            <DataTable
              label="Processes that still run old code"
              columns={processColumns}
              rows={facts.staleProcesses}
              rowKey={(process) => `${process.pid}${process.file}`}
            />
          </Section>
        </GridItem>
      )}
    </>
  );
}

function DiskUse({ disk }: { disk: Disk }) {
  if (disk.sizeBytes === 0) return "–";
  const used = Math.round((1 - disk.freeBytes / disk.sizeBytes) * 100);
  return (
    <Progress
      value={used}
      size="sm"
      aria-label={`${disk.mount} used`}
      measureLocation="outside"
      {...(used >= 95 ? { variant: "danger" as const } : used >= 85 ? { variant: "warning" as const } : {})}
    />
  );
}
