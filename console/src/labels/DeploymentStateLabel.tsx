import { Label } from "@patternfly/react-core";
import type { DeploymentState } from "../api/types";
import { words } from "../format/words";
import { type Tone, toneOf } from "./tone";

const status: Record<Tone, { status?: "success" | "danger" | "warning" | "info" }> = {
  good: { status: "success" },
  bad: { status: "danger" },
  warning: { status: "warning" },
  active: { status: "info" },
  quiet: {},
};

export function DeploymentStateLabel({ state }: { state: DeploymentState }) {
  return (
    <Label isCompact variant="outline" {...status[toneOf(state)]}>
      {words(state)}
    </Label>
  );
}
