import { ClipboardCopy, DescriptionList, Modal, ModalBody, ModalHeader, Skeleton } from "@patternfly/react-core";
import { useAbout } from "../api/session";
import { Failure } from "./Failure";
import { Term } from "./Term";

export function AboutDialog({ onClose }: { onClose: () => void }) {
  const { data: about, error } = useAbout();
  return (
    <Modal isOpen variant="small" onClose={onClose} aria-labelledby="about-title">
      <ModalHeader title="About Fettle" labelId="about-title" description="Open patch management" />
      <ModalBody>
        {error ? (
          <Failure error={error} />
        ) : about ? (
          <DescriptionList isHorizontal isCompact>
            <Term name="Version">{about.version}</Term>
            <Term name="Organisation">{about.organisation}</Term>
            <Term name="Agents' address">
              <ClipboardCopy isReadOnly hoverTip="Copy" clickTip="Copied" textAriaLabel="Agents' address">
                {about.agentUrl}
              </ClipboardCopy>
            </Term>
            <Term name="Agents' port">{about.agentPort}</Term>
            <Term name="Licence">Apache-2.0</Term>
          </DescriptionList>
        ) : (
          <Skeleton screenreaderText="Loading" />
        )}
      </ModalBody>
    </Modal>
  );
}
