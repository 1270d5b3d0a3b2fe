import { EmptyState, EmptyStateBody, EmptyStateFooter } from "@patternfly/react-core";
import { QueryList } from "../../list/QueryList";
import { InstallLine } from "../agents/InstallLine";
import { AssetBulkActions } from "./AssetBulkActions";
import { assetsList } from "./assetsList";

export function AssetList() {
  return (
    <QueryList
      list={assetsList}
      empty={<NoAssets />}
      bulk={(chosen, clear) => <AssetBulkActions chosen={chosen} onDone={clear} />}
    />
  );
}

function NoAssets() {
  return (
    <EmptyState titleText="No assets yet" headingLevel="h2">
      <EmptyStateBody>Install the agent on a machine. It appears here as soon as it has enrolled.</EmptyStateBody>
      <EmptyStateFooter>
        <InstallLine />
      </EmptyStateFooter>
    </EmptyState>
  );
}
