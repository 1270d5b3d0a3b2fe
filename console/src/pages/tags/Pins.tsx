import { Button } from "@patternfly/react-core";
import { useState } from "react";
import { Link } from "react-router";
import { errorText } from "../../api/errorText";
import { usePinAssets } from "../../api/tags";
import type { PinRow, TagDetails } from "../../api/tagTypes";
import { When } from "../../labels/When";
import { useNotify } from "../../shell/notices";
import { type Column, DataTable } from "../../table/DataTable";
import { Section } from "../assets/Facts";
import { AddPin } from "./AddPin";

type Row = PinRow & { side: "In" | "Out" };

/** Assets that are members, or none, whatever the rule says; of a tag without a rule its members. */
export function Pins({ tag }: { tag: TagDetails }) {
  const [isAdding, setAdding] = useState(false);
  const isByHand = tag.rule === null;
  const rows: Row[] = [
    ...tag.pinnedIn.map((pin) => ({ ...pin, side: "In" as const })),
    ...tag.pinnedOut.map((pin) => ({ ...pin, side: "Out" as const })),
  ];
  const title = isByHand ? "Assets that have it" : "Pinned assets";
  return (
    <div className="ft-pins">
      <Section title={title}>
        <p>
          {isByHand ? "Put on assets one by one." : "Members, or no members, whatever the rule says; pinned out wins."}{" "}
          <Button variant="link" isInline onClick={() => setAdding(true)}>
            {isByHand ? "Add an asset" : "Pin an asset"}
          </Button>
        </p>
        {rows.length > 0 && (
          <DataTable label={title} columns={columns(tag)} rows={rows} rowKey={({ asset }) => asset.id} />
        )}
      </Section>
      {isAdding && <AddPin tag={tag} onClose={() => setAdding(false)} />}
    </div>
  );
}

const columns = (tag: TagDetails): Column<Row>[] => [
  { key: "asset", title: "Asset", cell: ({ asset }) => <Link to={`/assets/${asset.id}`}>{asset.name}</Link> },
  ...(tag.rule === null
    ? []
    : [{ key: "side", title: "Pinned", cell: ({ side }: Row) => (side === "In" ? "in" : "out") }]),
  {
    key: "reason",
    title: "Reason",
    cell: ({ reason }) => (reason ? <span className="ft-break">{reason}</span> : <span className="ft-quiet">–</span>),
  },
  {
    key: "by",
    title: "By",
    cell: ({ pinnedBy, pinnedAt }) => (
      <span>
        {pinnedBy}, <When at={pinnedAt} />
      </span>
    ),
  },
  { key: "actions", title: "Actions", actions: true, cell: (row) => <Unpin tag={tag} row={row} /> },
];

function Unpin({ tag, row }: { tag: TagDetails; row: Row }) {
  const pin = usePinAssets(tag.id);
  const notify = useNotify();
  const word = tag.rule === null ? "Take off" : "Unpin";
  const unpin = () =>
    pin.mutate(
      { assets: [row.asset.id], pin: null, reason: "" },
      { onError: (error) => notify({ variant: "danger", ...errorText(error) }) },
    );
  return (
    <Button variant="link" isInline isDisabled={pin.isPending} aria-label={`${word} ${row.asset.name}`} onClick={unpin}>
      {word}
    </Button>
  );
}
