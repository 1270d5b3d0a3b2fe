import { PageSection, Skeleton, Wizard, WizardStep } from "@patternfly/react-core";
import { useQuery } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { useNavigate, useSearchParams } from "react-router";
import { Failure } from "../../../shell/Failure";
import { PageHead } from "../../../shell/PageHead";
import { parseJobStart } from "../jobLink";
import { AssetsStep } from "./AssetsStep";
import { BasicStep } from "./BasicStep";
import { ConfirmFooter } from "./ConfirmFooter";
import { ConfirmStep } from "./ConfirmStep";
import { DryRunStep } from "./DryRunStep";
import { type Draft, usualOptions } from "./draft";
import { OptionsStep } from "./OptionsStep";
import { PatchesStep } from "./PatchesStep";
import { resolveStart } from "./resolveStart";

export function CreateJob() {
  const [params] = useSearchParams();
  // The address fills the wizard once; afterwards it only holds the search of the asset list.
  const [start] = useState(() => parseJobStart(params));
  const { data, error, refetch } = useQuery({
    queryKey: ["job-start", start],
    queryFn: () => resolveStart(start),
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 0,
  });
  return (
    <>
      <PageHead title="Create job" parent={{ to: "/jobs", title: "Jobs" }} />
      <PageSection isFilled hasOverflowScroll={false} className="ft-wizard">
        {data ? (
          <JobWizard initial={{ name: "", description: "", work: start.work, options: usualOptions, ...data }} />
        ) : error ? (
          <Failure error={error} retry={refetch} />
        ) : (
          <Skeleton height="20rem" screenreaderText="Gathering assets and patches" />
        )}
      </PageSection>
    </>
  );
}

function JobWizard({ initial }: { initial: Draft }) {
  const navigate = useNavigate();
  const [draft, setDraft] = useState(initial);
  const [dryRun, setDryRun] = useState<{ id: string; key: string } | null>(null);
  const change = (part: Partial<Draft>) => setDraft((before) => ({ ...before, ...part }));
  const noAssets = draft.assets.length === 0;
  const noPatches = draft.patches.length === 0;
  useToggleNamedByItsText();
  return (
    <Wizard navAriaLabel="Steps" onClose={() => navigate(-1)} height="100%" shouldFocusContent>
      <WizardStep id="basic" name="Basic">
        <BasicStep draft={draft} onChange={change} />
      </WizardStep>
      <WizardStep id="assets" name="Assets" footer={{ isNextDisabled: noAssets }}>
        <AssetsStep chosen={draft.assets} onChange={(assets) => change({ assets })} />
      </WizardStep>
      <WizardStep id="patches" name="Patches" isDisabled={noAssets} footer={{ isNextDisabled: noPatches }}>
        <PatchesStep draft={draft} onChange={(patches) => change({ patches })} />
      </WizardStep>
      <WizardStep id="options" name="Options" isDisabled={noAssets || noPatches}>
        <OptionsStep options={draft.options} work={draft.work} onChange={(options) => change({ options })} />
      </WizardStep>
      <WizardStep id="dry-run" name="Dry run" isDisabled={noAssets || noPatches}>
        <DryRunStep draft={draft} dryRun={dryRun} onStarted={setDryRun} />
      </WizardStep>
      <WizardStep
        id="confirm"
        name="Confirm"
        isDisabled={noAssets || noPatches}
        footer={<ConfirmFooter draft={draft} />}
      >
        <ConfirmStep draft={draft} dryRunId={dryRun?.id ?? null} />
      </WizardStep>
    </Wizard>
  );
}

/**
 * On a phone the wizard's steps are behind a button that shows the step in words. PatternFly names it "Wizard toggle" for
 * screen readers, whatever it shows, and has no property for it: without that name its text counts.
 */
function useToggleNamedByItsText() {
  useEffect(() => {
    document.querySelector(".pf-v6-c-wizard__toggle")?.removeAttribute("aria-label");
  }, []);
}
