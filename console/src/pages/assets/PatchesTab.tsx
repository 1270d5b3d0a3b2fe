import {
  Button,
  EmptyState,
  EmptyStateBody,
  EmptyStateFooter,
  Switch,
  ToggleGroup,
  ToggleGroupItem,
  ToolbarGroup,
  ToolbarItem,
} from "@patternfly/react-core";
import { useState } from "react";
import { useNavigate } from "react-router";
import { useAssetPatches } from "../../api/assets";
import type { AssetDetails, AssetPatchRow, FindingStatus } from "../../api/types";
import { counted } from "../../format/count";
import { statusText } from "../../format/words";
import { ListTable } from "../../table/ListTable";
import { type Selection, useSelection } from "../../table/useSelection";
import { apiQuery } from "../../url/listState";
import { useListState } from "../../url/useListState";
import { AddException } from "../exceptions/AddException";
import { useExplain } from "../explain/useExplain";
import { WithExplanation } from "../explain/WithExplanation";
import { jobLink } from "../jobs/jobLink";
import { assetPatchColumns } from "./assetPatchColumns";

const rowKey = (patch: AssetPatchRow) => patch.id;
const statuses: FindingStatus[] = ["Missing", "Installed", "Undetermined"];

const nothing: Record<FindingStatus, { title: string; body: string }> = {
  Missing: { title: "Nothing is missing", body: "The last scan found no missing patch." },
  Undetermined: {
    title: "Everything can be told",
    body: "Of each patch that applies it is known whether this asset lacks it.",
  },
  Installed: {
    title: "No installed patch is known",
    body: "Patches count as installed once Fettle knows them from some asset.",
  },
};

export function PatchesTab({ asset }: { asset: AssetDetails }) {
  const address = useListState(["status", "security", "overdue"]);
  const status = statuses.find((one) => one === address.filters.status) ?? "Missing";
  const result = useAssetPatches(asset.id, apiQuery(address, { status }));
  const overdue = status === "Missing" && address.filters.overdue === "yes";
  const selection = useSelection(rowKey);
  const explain = useExplain();
  return (
    <WithExplanation assetId={asset.id} patchId={explain.id} onClose={explain.close}>
      <ListTable
        label={status === "Undetermined" ? "Patches of which it cannot be told" : `${status} patches`}
        searchLabel="Search patches"
        address={address}
        result={result}
        columns={assetPatchColumns(status, explain.open)}
        rowKey={rowKey}
        rowName={(patch) => patch.title}
        {...(status === "Undetermined" ? {} : { selection })}
        narrowed={address.search !== "" || address.filters.security === "yes" || overdue}
        filters={
          <>
            <ToolbarItem>
              <ToggleGroup aria-label="Status">
                {statuses.map((one) => (
                  <ToggleGroupItem
                    key={one}
                    text={statusText(one)}
                    isSelected={one === status}
                    onChange={() => {
                      selection.clear();
                      address.set({ status: one, overdue: "" });
                    }}
                  />
                ))}
              </ToggleGroup>
            </ToolbarItem>
            <ToolbarItem className="ft-switch">
              <Switch
                label="Security only"
                isChecked={address.filters.security === "yes"}
                onChange={(_event, on) => address.set({ security: on ? "yes" : "" })}
              />
            </ToolbarItem>
            {status === "Missing" && (
              <ToolbarItem className="ft-switch">
                <Switch
                  label="Overdue only"
                  isChecked={overdue}
                  onChange={(_event, on) => address.set({ overdue: on ? "yes" : "" })}
                />
              </ToolbarItem>
            )}
          </>
        }
        actions={<Actions assetId={asset.id} status={status} selection={selection} />}
        empty={<Nothing asset={asset} status={status} tell={() => address.set({ status: "Undetermined" })} />}
      />
    </WithExplanation>
  );
}

type NothingProps = { asset: AssetDetails; status: FindingStatus; tell: () => void };

/** Where something cannot be told, nobody says that nothing is missing. */
function Nothing({ asset, status, tell }: NothingProps) {
  if (!asset.scannedAt) {
    return (
      <EmptyState titleText="Not known yet" headingLevel="h2">
        <EmptyStateBody>The findings arrive with the first scan.</EmptyStateBody>
      </EmptyState>
    );
  }
  const untold = asset.undeterminedPatchCount;
  if (status !== "Missing" || untold === 0) {
    return (
      <EmptyState titleText={nothing[status].title} headingLevel="h2">
        <EmptyStateBody>{nothing[status].body}</EmptyStateBody>
      </EmptyState>
    );
  }
  return (
    <EmptyState titleText="No missing patch is known" headingLevel="h2" status="warning">
      <EmptyStateBody>
        Of {counted(untold, "patch", "patches")} it cannot be told whether this asset lacks{" "}
        {untold === 1 ? "it" : "them"}.
      </EmptyStateBody>
      <EmptyStateFooter>
        <Button variant="link" onClick={tell}>
          Show which, and why
        </Button>
      </EmptyStateFooter>
    </EmptyState>
  );
}

type ActionProps = { assetId: string; status: FindingStatus; selection: Selection<AssetPatchRow> };

function Actions({ assetId, status, selection }: ActionProps) {
  const navigate = useNavigate();
  const [excepting, setExcepting] = useState(false);
  const patches = selection.rows.map((patch) => patch.id);
  if (patches.length === 0) return null;
  const work = status === "Missing" ? "Install" : "Rollback";
  return (
    <ToolbarGroup variant="action-group">
      <ToolbarItem>
        <Button
          variant={work === "Install" ? "primary" : "secondary"}
          onClick={() => navigate(jobLink({ work, assets: [assetId], patches }))}
        >
          {work === "Install" ? "Install" : "Uninstall"} {counted(patches.length, "patch", "patches")}…
        </Button>
      </ToolbarItem>
      {work === "Install" && (
        <ToolbarItem>
          <Button variant="secondary" onClick={() => setExcepting(true)}>
            Exception…
          </Button>
        </ToolbarItem>
      )}
      {excepting && (
        <AddException
          patches={patches}
          assets={[assetId]}
          onClose={() => {
            setExcepting(false);
            selection.clear();
          }}
        />
      )}
      <ToolbarItem>
        <Button variant="link" onClick={selection.clear}>
          Clear selection
        </Button>
      </ToolbarItem>
    </ToolbarGroup>
  );
}
