import { Alert, Button, Label, PageSection, Skeleton, Tab, Tabs, TabTitleText } from "@patternfly/react-core";
import { useNavigate, useParams } from "react-router";
import { usePatch } from "../../api/patches";
import type { PatchDetails } from "../../api/types";
import { formatCount } from "../../format/count";
import { DecidedLabels } from "../../labels/PatchLabels";
import { Failure } from "../../shell/Failure";
import { PageHead } from "../../shell/PageHead";
import { jobLink } from "../jobs/jobLink";
import { CvesTab } from "./CvesTab";
import { PackagesTab } from "./PackagesTab";
import { PatchAssetsTab } from "./PatchAssetsTab";
import { PatchDecisions } from "./PatchDecisions";
import { productText } from "./productText";
import { SummaryTab } from "./SummaryTab";
import { SupersedenceTab } from "./SupersedenceTab";

const tabs = [
  { key: "summary", title: () => "Summary", Content: SummaryTab },
  { key: "packages", title: (patch: PatchDetails) => `Packages (${patch.packages.length})`, Content: PackagesTab },
  {
    key: "cves",
    title: (patch: PatchDetails) => `CVEs (${patch.cves ? formatCount(patch.cves.length) : "not read"})`,
    Content: CvesTab,
  },
  { key: "supersedence", title: () => "Supersedence", Content: SupersedenceTab },
  {
    key: "missing",
    title: (patch: PatchDetails) => `Missing on (${formatCount(patch.missingCount)})`,
    Content: MissingOn,
  },
  {
    key: "installed",
    title: (patch: PatchDetails) => `Installed on (${formatCount(patch.installedCount)})`,
    Content: InstalledOn,
  },
  {
    key: "undetermined",
    title: (patch: PatchDetails) => `Cannot tell on (${formatCount(patch.undeterminedCount)})`,
    Content: UndeterminedOn,
  },
];
/** An update of Windows has no packages; and of most patches all can be told. */
const tabsOf = (patch: PatchDetails) =>
  tabs.filter(
    ({ key }) => (key !== "packages" || patch.kb === null) && (key !== "undetermined" || patch.undeterminedCount > 0),
  );
const parent = { to: "/patches", title: "Patches" };

export function PatchPage() {
  const { id = "", tab = "summary" } = useParams();
  const { data: patch, error, refetch } = usePatch(id);
  if (!patch) {
    return (
      <>
        <PageHead title="Patch" parent={parent} />
        <PageSection isFilled>
          {error ? <Failure error={error} retry={refetch} /> : <Skeleton height="12rem" screenreaderText="Loading" />}
        </PageSection>
      </>
    );
  }
  return <PatchView patch={patch} tab={tab} />;
}

function PatchView({ patch, tab }: { patch: PatchDetails; tab: string }) {
  const navigate = useNavigate();
  const active = tabsOf(patch).find(({ key }) => key === tab) ?? tabs[0];
  if (!active) return null;
  return (
    <>
      <PageHead
        title={patch.title}
        parent={parent}
        labels={<PatchLabels patch={patch} />}
        description={patch.kb ? productText(patch) : `${patch.source} ${patch.sourceVersion}, ${patch.repository}`}
        actions={<PatchActions patch={patch} />}
      />
      {patch.deleted && <Withdrawn vendor={patch.vendor} />}
      <PageSection type="tabs" padding={{ default: "noPadding" }}>
        <Tabs
          activeKey={active.key}
          usePageInsets
          aria-label={`About ${patch.title}`}
          onSelect={(_event, key) => navigate(`/patches/${patch.id}/${key}`)}
        >
          {tabsOf(patch).map(({ key, title }) => (
            <Tab
              key={key}
              eventKey={key}
              title={<TabTitleText>{title(patch)}</TabTitleText>}
              tabContentId={`tab-${key}`}
            />
          ))}
        </Tabs>
      </PageSection>
      <PageSection isFilled id={`tab-${active.key}`} role="tabpanel" aria-label={active.title(patch)} tabIndex={0}>
        <active.Content patch={patch} />
      </PageSection>
    </>
  );
}

function PatchLabels({ patch }: { patch: PatchDetails }) {
  return (
    <>
      {patch.isSecurity && (
        <Label isCompact color="red">
          Security
        </Label>
      )}
      <DecidedLabels patch={patch} />
      {patch.isSuperseded && (
        <Label isCompact variant="outline">
          Superseded
        </Label>
      )}
    </>
  );
}

function Withdrawn({ vendor }: { vendor: string }) {
  return (
    <PageSection>
      <Alert isInline variant="warning" component="p" title={`${vendor} has taken this patch back`}>
        It concerns no asset, replaces no other patch, and is never deployed. What it did before stays on record.
      </Alert>
    </PageSection>
  );
}

function PatchActions({ patch }: { patch: PatchDetails }) {
  const navigate = useNavigate();
  const patches = [patch.id];
  return (
    <>
      <Button
        variant="primary"
        isDisabled={patch.missingCount === 0}
        onClick={() => navigate(jobLink({ work: "Install", assets: "missing", patches }))}
      >
        Deploy…
      </Button>
      <Button
        variant="secondary"
        isDisabled={patch.installedCount === 0}
        onClick={() => navigate(jobLink({ work: "Rollback", assets: "installed", patches }))}
      >
        Uninstall…
      </Button>
      <PatchDecisions patches={[patch]} />
    </>
  );
}

function MissingOn({ patch }: { patch: PatchDetails }) {
  return <PatchAssetsTab key="missing" patch={patch} status="Missing" />;
}

function UndeterminedOn({ patch }: { patch: PatchDetails }) {
  return <PatchAssetsTab key="undetermined" patch={patch} status="Undetermined" />;
}

function InstalledOn({ patch }: { patch: PatchDetails }) {
  return <PatchAssetsTab key="installed" patch={patch} status="Installed" />;
}
