import { PageSection, Skeleton, Tab, Tabs, TabTitleText } from "@patternfly/react-core";
import { useNavigate, useParams } from "react-router";
import { useAsset } from "../../api/assets";
import type { AssetDetails } from "../../api/types";
import { ScanStatusLabel } from "../../labels/ScanStatusLabel";
import { TagLabels } from "../../labels/TagLabels";
import { Failure } from "../../shell/Failure";
import { PageHead } from "../../shell/PageHead";
import { AssetActions } from "./AssetActions";
import { AssetStatusLabels } from "./assetColumns";
import { DeploymentsTab } from "./DeploymentsTab";
import { NetworkTab } from "./NetworkTab";
import { PatchesTab } from "./PatchesTab";
import { SoftwareTab } from "./SoftwareTab";
import { SystemTab } from "./SystemTab";

const tabs = [
  { key: "system", title: "System", Content: SystemTab },
  { key: "network", title: "Network", Content: NetworkTab },
  { key: "software", title: "Software", Content: SoftwareTab },
  { key: "patches", title: "Patches", Content: PatchesTab },
  { key: "deployments", title: "Deployments", Content: DeploymentsTab },
];
const parent = { to: "/assets", title: "Assets" };

export function AssetPage() {
  const { id = "", tab = "system" } = useParams();
  const { data: asset, error, refetch } = useAsset(id);
  if (!asset) {
    return (
      <>
        <PageHead title="Asset" parent={parent} />
        <PageSection isFilled>
          {error ? <Failure error={error} retry={refetch} /> : <Skeleton height="12rem" screenreaderText="Loading" />}
        </PageSection>
      </>
    );
  }
  return <AssetView asset={asset} tab={tab} />;
}

function AssetView({ asset, tab }: { asset: AssetDetails; tab: string }) {
  const navigate = useNavigate();
  const active = tabs.find(({ key }) => key === tab) ?? tabs[0];
  if (!active) return null;
  return (
    <>
      <PageHead
        title={asset.name}
        parent={parent}
        labels={
          <>
            <ScanStatusLabel status={asset.scanStatus} reason={asset.scanReason} />
            <AssetStatusLabels asset={asset} />
          </>
        }
        description={
          <>
            {asset.operatingSystem}
            {asset.address && `, ${asset.address}`}
            <TagLabels tags={asset.tags} />
          </>
        }
        actions={<AssetActions asset={asset} />}
      />
      <PageSection type="tabs" padding={{ default: "noPadding" }}>
        <Tabs
          activeKey={active.key}
          usePageInsets
          aria-label={`About ${asset.name}`}
          onSelect={(_event, key) => navigate(`/assets/${asset.id}/${key}`)}
        >
          {tabs.map(({ key, title }) => (
            <Tab key={key} eventKey={key} title={<TabTitleText>{title}</TabTitleText>} tabContentId={`tab-${key}`} />
          ))}
        </Tabs>
      </PageSection>
      <PageSection isFilled id={`tab-${active.key}`} role="tabpanel" aria-label={active.title} tabIndex={0}>
        <active.Content asset={asset} />
      </PageSection>
    </>
  );
}
