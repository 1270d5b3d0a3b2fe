import { Tooltip } from "@patternfly/react-core";
import { exactTime, relativeTime } from "../format/time";
import { useNow } from "./useNow";

/** A time as people say it, with the exact one on hover, focus and for machines. */
export function When({ at, none = "never" }: { at: string | null | undefined; none?: string }) {
  const now = useNow(30_000);
  if (!at) return <span className="ft-quiet">{none}</span>;
  return (
    <Tooltip content={exactTime(at)}>
      <time dateTime={at} className="ft-nowrap">
        {relativeTime(at, now)}
      </time>
    </Tooltip>
  );
}
