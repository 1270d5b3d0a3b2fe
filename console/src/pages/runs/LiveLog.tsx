import { ToggleGroup, ToggleGroupItem } from "@patternfly/react-core";
import { useEffect, useRef, useState } from "react";
import type { DeploymentDetails } from "../../api/types";

/** Log lines as they come. It stays at the end until the reader scrolls up, and again when they return to the end. */
export function LiveLog({ logs, ended }: { logs: DeploymentDetails["logs"]; ended: boolean }) {
  const [stream, setStream] = useState<string | null>(null);
  const shown = logs.find((log) => log.stream === stream) ?? logs[0];
  const box = useRef<HTMLPreElement>(null);
  const atEnd = useRef(true);
  // biome-ignore lint/correctness/useExhaustiveDependencies: new text is what moves the end
  useEffect(() => {
    const element = box.current;
    if (element && atEnd.current) element.scrollTop = element.scrollHeight;
  }, [shown?.text]);
  if (!shown) return <p>{ended ? "The agent sent no log." : "No log lines yet."}</p>;
  const follow = ({ currentTarget: { scrollTop, scrollHeight, clientHeight } }: React.UIEvent) => {
    atEnd.current = scrollHeight - scrollTop - clientHeight < 16;
  };
  return (
    <>
      {logs.length > 1 && (
        <ToggleGroup aria-label="Stream" isCompact>
          {logs.map((log) => (
            <ToggleGroupItem
              key={log.stream}
              text={log.stream}
              isSelected={log === shown}
              onChange={() => setStream(log.stream)}
            />
          ))}
        </ToggleGroup>
      )}
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region must be reachable by keyboard */}
      <pre ref={box} className="ft-log" role="log" aria-label={`Log ${shown.stream}`} tabIndex={0} onScroll={follow}>
        {shown.text}
      </pre>
      {!shown.complete && !ended && <p className="ft-quiet">More lines follow.</p>}
      {!shown.complete && ended && <p className="ft-quiet">The log is not complete.</p>}
    </>
  );
}
