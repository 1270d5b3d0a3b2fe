import {
  ActionList,
  ActionListGroup,
  ActionListItem,
  Button,
  useWizardContext,
  WizardFooterWrapper,
} from "@patternfly/react-core";
import { useNavigate } from "react-router";
import { useCreateJob } from "../../../api/jobs";
import { ErrorAlert } from "../../../shell/ErrorAlert";
import { afterStart } from "../JobActions";
import { type Draft, toJobDraft } from "./draft";

export function ConfirmFooter({ draft }: { draft: Draft }) {
  const { goToPrevStep, close } = useWizardContext();
  const navigate = useNavigate();
  const create = useCreateJob();
  const save = (enable: boolean) =>
    create.mutate(
      { ...toJobDraft(draft), enable },
      { onSuccess: ({ id, runs }) => navigate(enable ? afterStart(id, runs) : `/jobs/${id}`, { replace: true }) },
    );
  return (
    <WizardFooterWrapper>
      <ErrorAlert error={create.error} />
      <ActionList>
        <ActionListGroup>
          <ActionListItem>
            <Button variant="secondary" onClick={goToPrevStep}>
              Back
            </Button>
          </ActionListItem>
          <ActionListItem>
            <Button variant="secondary" isDisabled={create.isPending} onClick={() => save(false)}>
              Save
            </Button>
          </ActionListItem>
          <ActionListItem>
            <Button
              variant="primary"
              isLoading={create.isPending}
              isDisabled={create.isPending}
              onClick={() => save(true)}
            >
              Save and start
            </Button>
          </ActionListItem>
        </ActionListGroup>
        <ActionListGroup>
          <ActionListItem>
            <Button variant="link" onClick={close}>
              Cancel
            </Button>
          </ActionListItem>
        </ActionListGroup>
      </ActionList>
    </WizardFooterWrapper>
  );
}
