import { Button, Label, Progress, Title, Tooltip } from "@patternfly/react-core";
import { useFeeds, useSyncFeed } from "../../api/catalogue";
import { errorText } from "../../api/errorText";
import type { FeedRow, FeedStatus } from "../../api/types";
import { formatBytes } from "../../format/size";
import { words } from "../../format/words";
import { When } from "../../labels/When";
import { useNotify } from "../../shell/notices";
import { type Column, DataTable } from "../../table/DataTable";
import { feedText, recordsText, syncedPercent } from "./feeds";

const looks: Record<FeedStatus, { status?: "success" | "warning" | "danger" | "info"; text: string }> = {
  Off: { text: "By the server's settings this feed is not fetched; import its file instead" },
  NotNeeded: { text: "It is fetched once a Debian machine has enrolled" },
  Waiting: { status: "info", text: "It is asked within a minute" },
  Syncing: { status: "info", text: "It is fetched now" },
  Good: { status: "success", text: "Its last answer was good" },
  Failing: { status: "warning", text: "Its last answer was no good; what it said before stays in force" },
  Stale: { status: "danger", text: "It has said nothing good for a day; what it said before stays in force" },
};

const columns: Column<FeedRow>[] = [
  { key: "feed", title: "Feed", cell: ({ name }) => feedText(name) },
  { key: "status", title: "Status", cell: (feed) => <Status feed={feed} /> },
  { key: "good", title: "Last good answer", cell: ({ goodAt }) => <When at={goodAt} /> },
  { key: "changed", title: "Last news", cell: ({ changedAt }) => <When at={changedAt} /> },
  { key: "next", title: "Asked again", cell: ({ nextAt }) => <When at={nextAt} none="–" /> },
  {
    key: "address",
    title: "Address",
    cell: ({ address }) =>
      address ? <code className="ft-break">{address}</code> : <span className="ft-quiet">–</span>,
  },
  { key: "sync", title: "Actions", actions: true, cell: (feed) => <SyncNow feed={feed} /> },
];

/** The feeds that the server fetches by itself. */
export function FeedTable() {
  const { data } = useFeeds();
  return (
    <section className="ft-stack ft-apart">
      <Title headingLevel="h2" size="md">
        Feeds
      </Title>
      <DataTable label="Feeds" columns={columns} rows={data?.items} rowKey={({ name }) => name} />
    </section>
  );
}

function Status({ feed }: { feed: FeedRow }) {
  const { text, ...look } = looks[feed.status];
  const percent = syncedPercent(feed);
  const records = recordsText(feed);
  if (feed.status === "Syncing" && percent !== null) {
    return (
      <>
        <Progress value={percent} size="sm" aria-label={`Fetching ${feedText(feed.name)}`} />
        {records && <p className="ft-quiet">{records}</p>}
      </>
    );
  }
  return (
    <>
      <Tooltip content={text}>
        <Label isCompact variant="outline" {...look}>
          {words(feed.status)}
          {feed.status === "Syncing" && feed.bytes !== null && `, ${formatBytes(feed.bytes)}`}
        </Label>
      </Tooltip>
      {records && <p className="ft-quiet">{records}</p>}
      {feed.error && <p className="ft-quiet ft-break">{feed.error}</p>}
    </>
  );
}

function SyncNow({ feed }: { feed: FeedRow }) {
  const sync = useSyncFeed();
  const notify = useNotify();
  if (feed.status === "Off") return null;
  return (
    <Button
      variant="link"
      isInline
      isDisabled={sync.isPending || feed.status === "Syncing"}
      aria-label={`Sync now: ${feedText(feed.name)}`}
      onClick={() => sync.mutate(feed.name, { onError: (error) => notify({ variant: "danger", ...errorText(error) }) })}
    >
      <span className="ft-nowrap">Sync now</span>
    </Button>
  );
}
