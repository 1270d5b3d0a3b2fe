import type { DeploymentEvent } from "../../api/types";
import { clockTime, exactTime } from "../../format/time";
import { words } from "../../format/words";

/** What happened, in the agent's order, with the agent's times. */
export function EventTimeline({ events }: { events: DeploymentEvent[] }) {
  if (events.length === 0) return <p>Nothing yet: the agent has not acknowledged the work.</p>;
  return (
    <ol className="ft-timeline" aria-label="Events">
      {events.map((event) => (
        <li key={event.seq}>
          <time dateTime={event.time} title={exactTime(event.time)}>
            {clockTime(event.time)}
          </time>
          <span>
            {words(event.state ?? event.kind)}
            {event.note && <span className="ft-quiet">: {event.note}</span>}
          </span>
        </li>
      ))}
    </ol>
  );
}
