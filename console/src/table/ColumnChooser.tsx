import { Button, Checkbox, Modal, ModalBody, ModalFooter, ModalHeader, Tooltip } from "@patternfly/react-core";
import DownIcon from "@patternfly/react-icons/dist/esm/icons/arrow-down-icon";
import UpIcon from "@patternfly/react-icons/dist/esm/icons/arrow-up-icon";
import ColumnsIcon from "@patternfly/react-icons/dist/esm/icons/columns-icon";
import { useState } from "react";
import type { ChosenColumns } from "./useColumns";

/** Where a tooltip is part of the page's content. */
const inMain = () => document.querySelector("main") ?? document.body;

/** Which columns there are, and in what order. Each change is seen at once. */
export function ColumnChooser<Row>({ chosen }: { chosen: ChosenColumns<Row> }) {
  const [open, setOpen] = useState(false);
  return (
    <>
      <Tooltip content="Choose columns" aria="none" appendTo={inMain}>
        <Button variant="plain" icon={<ColumnsIcon />} aria-label="Choose columns" onClick={() => setOpen(true)} />
      </Tooltip>
      {open && (
        <Modal isOpen variant="small" onClose={() => setOpen(false)} aria-labelledby="columns-title">
          <ModalHeader title="Columns" labelId="columns-title" />
          <ModalBody>
            <ol className="ft-columns" aria-label="Columns in their order">
              {chosen.offered.map(({ key, title }, at) => (
                <li key={key}>
                  <Checkbox
                    id={`column-${key}`}
                    label={title}
                    isChecked={chosen.isVisible(key)}
                    onChange={() => chosen.toggle(key)}
                  />
                  {chosen.isVisible(key) && (
                    <span>
                      <Button
                        variant="plain"
                        size="sm"
                        icon={<UpIcon />}
                        aria-label={`Move ${title} to the front`}
                        isDisabled={at === 0}
                        onClick={() => chosen.move(key, -1)}
                      />
                      <Button
                        variant="plain"
                        size="sm"
                        icon={<DownIcon />}
                        aria-label={`Move ${title} to the back`}
                        isDisabled={!chosen.isVisible(chosen.offered[at + 1]?.key ?? "")}
                        onClick={() => chosen.move(key, 1)}
                      />
                    </span>
                  )}
                </li>
              ))}
            </ol>
          </ModalBody>
          <ModalFooter>
            <Button onClick={() => setOpen(false)}>Done</Button>
            <Button variant="link" onClick={chosen.reset}>
              Usual columns
            </Button>
          </ModalFooter>
        </Modal>
      )}
    </>
  );
}
