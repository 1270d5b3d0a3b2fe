import { Alert, Content, DescriptionList, Icon, Label, Title } from "@patternfly/react-core";
import CheckIcon from "@patternfly/react-icons/dist/esm/icons/check-circle-icon";
import CrossIcon from "@patternfly/react-icons/dist/esm/icons/times-circle-icon";
import { Link } from "react-router";
import type { Explanation } from "../../api/types";
import { corroborationText, obstacleText, reasonText, statusText, words } from "../../format/words";
import { Due } from "../../labels/Due";
import { When } from "../../labels/When";
import { Term } from "../../shell/Term";
import { type Column, DataTable } from "../../table/DataTable";

type Evidence = Explanation["evidence"][number];

const columns: Column<Evidence>[] = [
  { key: "check", title: "Check", cell: (one) => words(one.check) },
  { key: "subject", title: "Of", cell: (one) => <span className="ft-break">{one.subject}</span> },
  { key: "found", title: "Found", cell: (one) => <code className="ft-break">{one.found}</code> },
  {
    key: "expected",
    title: "Rule",
    cell: (one) => (
      <code className="ft-break">
        {one.op} {one.expected}
      </code>
    ),
  },
  {
    key: "holds",
    title: "Holds",
    cell: (one) => (
      <span className="ft-nowrap">
        <Icon status={one.holds ? "success" : "danger"}>{one.holds ? <CheckIcon /> : <CrossIcon />}</Icon>{" "}
        {one.holds ? "yes" : "no"}
      </span>
    ),
  },
];

const looks = { Missing: "danger", Installed: "success", NotApplicable: "info", Undetermined: "warning" } as const;

export function ExplanationView({ explanation }: { explanation: Explanation }) {
  const { source } = explanation;
  return (
    <div className="ft-explanation">
      <div>
        <Label status={looks[explanation.status]} variant="outline">
          {explanation.status === "NotApplicable" ? words(explanation.status) : statusText(explanation.status)}
        </Label>
      </div>
      <Content component="p">{explanation.sentence}</Content>
      {explanation.findingReason && (
        <Alert variant="warning" isInline component="h3" title={words(explanation.findingReason)}>
          {reasonText(explanation.findingReason)}
        </Alert>
      )}
      {explanation.obstacle && (
        <Alert variant="warning" isInline component="h3" title={words(explanation.obstacle)}>
          {explanation.obstacleText ?? obstacleText(explanation.obstacle)}
        </Alert>
      )}
      {explanation.supersededBy.length > 0 && (
        <Alert variant="info" isInline component="h3" title="Superseded by">
          {explanation.supersededBy.map((patch) => (
            <div key={patch.patchId}>
              <Link to={`/patches/${patch.patchId}`}>{patch.title}</Link>
            </div>
          ))}
        </Alert>
      )}
      <Title headingLevel="h3" size="md">
        Evidence
      </Title>
      <DataTable
        label="Evidence"
        columns={columns}
        rows={explanation.evidence}
        rowKey={(one) => `${one.check} ${one.subject} ${one.op}`}
      />
      <Title headingLevel="h3" size="md">
        Where the rule comes from
      </Title>
      <DescriptionList isCompact>
        <Term name="Source">{source.feed}</Term>
        <Term name="Name there">{source.nativeId}</Term>
        <Term name="Who vouches">{corroborationText(source.corroboration)}</Term>
        {source.text && <Term name="More">{source.text}</Term>}
        <Term name="So since">{explanation.since && <When at={explanation.since} />}</Term>
        {(explanation.dueDate || explanation.isExcepted) && (
          <Term name="Due">
            <Due finding={explanation} />
          </Term>
        )}
        <Term name="Inventory of">{explanation.inventoryAt && <When at={explanation.inventoryAt} />}</Term>
        <Term name="Judged">
          <When at={explanation.evaluatedAt} />
        </Term>
      </DescriptionList>
    </div>
  );
}
