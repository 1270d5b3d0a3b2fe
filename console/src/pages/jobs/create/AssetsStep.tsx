import { Content } from "@patternfly/react-core";
import { useAssets } from "../../../api/assets";
import type { AssetRow } from "../../../api/types";
import { counted } from "../../../format/count";
import { ListTable } from "../../../table/ListTable";
import type { Selection } from "../../../table/useSelection";
import { apiQuery } from "../../../url/listState";
import { useListState } from "../../../url/useListState";
import { InstallLine } from "../../agents/InstallLine";
import { filteredAssetColumns } from "../../assets/assetColumns";
import type { ChosenAsset } from "./draft";

const shown = ["name", "operatingSystem", "scannedAt", "missingPatchCount", "missingSecurityCount", "status"];
const columns = filteredAssetColumns.filter(({ key }) => shown.includes(key));

type Props = { chosen: ChosenAsset[]; onChange: (assets: ChosenAsset[]) => void };

export function AssetsStep({ chosen, onChange }: Props) {
  const address = useListState([]);
  const result = useAssets(apiQuery(address));
  const ids = new Set(chosen.map(({ id }) => id));
  const setAll = (rows: AssetRow[], on: boolean) => {
    const others = chosen.filter(({ id }) => !rows.some((row) => row.id === id));
    onChange(on ? [...others, ...rows.map(({ id, name }) => ({ id, name }))] : others);
  };
  const selection: Selection<AssetRow> = {
    rows: result.data?.items.filter(({ id }) => ids.has(id)) ?? [],
    has: (key) => ids.has(key),
    set: (row, on) => setAll([row], on),
    setAll,
    clear: () => onChange([]),
  };
  return (
    <>
      <Content component="p">{chosen.length ? chosenText(chosen) : "Choose the assets that the job works on."}</Content>
      <ListTable
        label="Assets to choose"
        searchLabel="Search assets"
        address={address}
        result={result}
        columns={columns}
        rowKey={(asset) => asset.id}
        rowName={(asset) => asset.name}
        selection={selection}
        empty={<InstallLine />}
      />
    </>
  );
}

const namesShown = 5;

function chosenText(chosen: ChosenAsset[]): string {
  const names = chosen.slice(0, namesShown).map(({ name }) => name);
  const more = chosen.length > namesShown ? ` and ${chosen.length - namesShown} more` : "";
  return `${counted(chosen.length, "asset")} chosen: ${names.join(", ")}${more}`;
}
