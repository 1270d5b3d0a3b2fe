import { Alert, Button, Content, Flex, FlexItem } from "@patternfly/react-core";
import { useEffect, useRef } from "react";
import { useStartDryRun } from "../../../api/jobs";
import { ErrorAlert } from "../../../shell/ErrorAlert";
import { DryRunLoader } from "../dryrun/DryRunView";
import { type Draft, planKey, toJobDraft } from "./draft";

type Started = { id: string; key: string };
type Props = { draft: Draft; dryRun: Started | null; onStarted: (started: Started) => void };

/** Asks the assets when the step is reached, and again only when the plan has changed since. */
export function DryRunStep({ draft, dryRun, onStarted }: Props) {
  const { mutate, isPending, error } = useStartDryRun();
  const key = planKey(draft);
  const start = () => mutate(toJobDraft(draft), { onSuccess: ({ id }) => onStarted({ id, key }) });
  const asked = useRef<string | null>(dryRun?.key ?? null);
  // biome-ignore lint/correctness/useExhaustiveDependencies: only a new plan asks by itself
  useEffect(() => {
    if (asked.current === key) return;
    asked.current = key;
    start();
  }, [key]);
  return (
    <>
      <Flex justifyContent={{ default: "justifyContentSpaceBetween" }}>
        <FlexItem>
          <Content component="p">What each asset's package manager would do. Nothing is changed by asking.</Content>
        </FlexItem>
        <FlexItem>
          <Button variant="secondary" isLoading={isPending} isDisabled={isPending} onClick={start}>
            Ask again
          </Button>
        </FlexItem>
      </Flex>
      <ErrorAlert error={error} />
      {dryRun?.key === key ? (
        <DryRunLoader id={dryRun.id} />
      ) : (
        !error && <Alert variant="info" isInline isPlain component="p" title="Asking the assets…" />
      )}
    </>
  );
}
