import { Label } from "@patternfly/react-core";
import type { ExceptionState } from "../api/types";

const looks = {
  Requested: { status: "info" },
  Approved: { status: "success" },
  Rejected: { status: "danger" },
  Expired: {},
  Revoked: {},
} as const;

export function ExceptionLabel({ state }: { state: ExceptionState }) {
  return (
    <Label isCompact variant="outline" {...looks[state]}>
      {state}
    </Label>
  );
}
