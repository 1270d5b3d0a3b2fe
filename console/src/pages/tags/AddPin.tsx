import {
  Button,
  Form,
  FormGroup,
  Modal,
  ModalBody,
  ModalFooter,
  ModalHeader,
  Radio,
  TextInput,
} from "@patternfly/react-core";
import { type FormEvent, useState } from "react";
import { useAssets } from "../../api/assets";
import { usePinAssets } from "../../api/tags";
import type { TagDetails } from "../../api/tagTypes";
import { ErrorAlert } from "../../shell/ErrorAlert";

const offered = 8;

/** Finds an asset by its name, and pins it. */
export function AddPin({ tag, onClose }: { tag: TagDetails; onClose: () => void }) {
  const isByHand = tag.rule === null;
  const [search, setSearch] = useState("");
  const [chosen, setChosen] = useState("");
  const [side, setSide] = useState<"In" | "Out">("In");
  const [reason, setReason] = useState("");
  const { data } = useAssets({ search: search.trim(), limit: offered }, search.trim() !== "");
  const pin = usePinAssets(tag.id);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    pin.mutate({ assets: [chosen], pin: side, reason: reason.trim() }, { onSuccess: onClose });
  };
  const found = search.trim() === "" ? [] : (data?.items ?? []);
  return (
    <Modal isOpen variant="small" onClose={onClose} aria-labelledby="pin-title">
      <ModalHeader title={isByHand ? `Put “${tag.path}” on an asset` : "Pin an asset"} labelId="pin-title" />
      <ModalBody>
        <Form id="pin-form" onSubmit={submit}>
          <ErrorAlert error={pin.error} />
          <FormGroup label="Asset" fieldId="pin-search" isRequired>
            <TextInput
              id="pin-search"
              autoFocus
              autoComplete="off"
              placeholder="Part of its name"
              value={search}
              onChange={(_event, value) => {
                setSearch(value);
                setChosen("");
              }}
            />
          </FormGroup>
          {found.length > 0 && (
            <FormGroup role="radiogroup" label="Which" fieldId="pin-asset" isStack>
              {found.map(({ id, name, operatingSystem }) => (
                <Radio
                  key={id}
                  id={`pin-${id}`}
                  name="pin-asset"
                  label={name}
                  description={operatingSystem}
                  isChecked={chosen === id}
                  onChange={() => setChosen(id)}
                />
              ))}
            </FormGroup>
          )}
          {search.trim() !== "" && data && found.length === 0 && <p className="ft-quiet">No asset has such a name.</p>}
          {!isByHand && (
            <FormGroup role="radiogroup" label="Pin it" fieldId="pin-side" isInline>
              <Radio id="pin-in" name="pin-side" label="in" isChecked={side === "In"} onChange={() => setSide("In")} />
              <Radio
                id="pin-out"
                name="pin-side"
                label="out"
                isChecked={side === "Out"}
                onChange={() => setSide("Out")}
              />
            </FormGroup>
          )}
          <FormGroup label="Reason" fieldId="pin-reason">
            <TextInput id="pin-reason" maxLength={200} value={reason} onChange={(_event, value) => setReason(value)} />
          </FormGroup>
        </Form>
      </ModalBody>
      <ModalFooter>
        <Button type="submit" form="pin-form" isLoading={pin.isPending} isDisabled={pin.isPending || chosen === ""}>
          {isByHand ? "Add" : "Pin"}
        </Button>
        <Button variant="link" onClick={onClose}>
          Cancel
        </Button>
      </ModalFooter>
    </Modal>
  );
}
