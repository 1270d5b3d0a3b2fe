import {
  DescriptionList,
  DescriptionListDescription,
  DescriptionListGroup,
  DescriptionListTerm,
  List,
  ListItem,
  Stack,
} from "@patternfly/react-core";
import type { ImportAnswer, Tally } from "../../api/types";
import { counted, formatCount } from "../../format/count";
import { formatBytes } from "../../format/size";
import { feedText, nounText } from "./feeds";

/** What a file held, and what an import of it changed. */
export function ReportView({ answer }: { answer: ImportAnswer }) {
  const { format, bytes, report, changes } = answer;
  const read = Object.entries(report.read).map(([noun, count]) => `${formatCount(count)} ${nounText(noun)}`);
  const examples = [report.dropped, report.unresolved, report.warnings].flatMap((tally) => tally.examples.slice(0, 3));
  return (
    <Stack hasGutter>
      <DescriptionList isHorizontal isCompact termWidth="8rem">
        <Fact name="Feed">
          {feedText(format)}, {formatBytes(bytes)}
        </Fact>
        {report.signature && <Fact name="Signature">{report.signature}</Fact>}
        <Fact name="Read">{read.join(", ")}</Fact>
        <Fact name="Dropped">{tallyText(report.dropped)}</Fact>
        <Fact name="Unresolved">{tallyText(report.unresolved)}</Fact>
        <Fact name="Warnings">{tallyText(report.warnings)}</Fact>
        {changes && (
          <Fact name="Catalogue">
            {counted(changes.added, "patch", "patches")} added, {formatCount(changes.changed)} changed,{" "}
            {formatCount(changes.unchanged)} unchanged
            {changes.withdrawn > 0 && `; ${formatCount(changes.withdrawn)} of them taken back by their vendor`}
          </Fact>
        )}
      </DescriptionList>
      {examples.length > 0 && (
        <List isPlain className="ft-quiet">
          {examples.map(({ place, reason, detail }) => (
            <ListItem key={`${place} ${reason} ${detail}`}>
              {place}: {reason}
              {detail && ` (${detail})`}
            </ListItem>
          ))}
        </List>
      )}
    </Stack>
  );
}

function Fact({ name, children }: { name: string; children: React.ReactNode }) {
  return (
    <DescriptionListGroup>
      <DescriptionListTerm>{name}</DescriptionListTerm>
      <DescriptionListDescription>{children}</DescriptionListDescription>
    </DescriptionListGroup>
  );
}

const tallyText = ({ reasons }: Tally) =>
  reasons.map(({ reason, count }) => `${formatCount(count)} × ${reason}`).join(", ") || "nothing";
