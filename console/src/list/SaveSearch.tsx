import {
  Button,
  Checkbox,
  Form,
  FormGroup,
  Modal,
  ModalBody,
  ModalFooter,
  ModalHeader,
  TextInput,
} from "@patternfly/react-core";
import { type FormEvent, useState } from "react";
import type { Queried } from "../api/queries";
import { type SavedSearch, type Search, useReplaceSearch, useSaveSearch } from "../api/savedSearches";
import { ErrorAlert } from "../shell/ErrorAlert";

type Props = {
  entity: Queried;
  look: Omit<Search, "name" | "description" | "isShared">;
  /** The search that is open and may be replaced. */
  opened: SavedSearch | undefined;
  onSaved: (saved: SavedSearch) => void;
  onClose: () => void;
};

/** Names the search and keeps it: as a new one, or in the place of the one that is open. */
export function SaveSearch({ entity, look, opened, onSaved, onClose }: Props) {
  const [name, setName] = useState(opened?.name ?? "");
  const [description, setDescription] = useState(opened?.description ?? "");
  const [isShared, setShared] = useState(opened?.isShared ?? false);
  const [isDefault, setDefault] = useState(opened?.isDefault ?? false);
  const save = useSaveSearch();
  const replace = useReplaceSearch();
  const search: Search = { ...look, name: name.trim(), description: description.trim(), isShared };
  const isBusy = save.isPending || replace.isPending;
  const isReady = !isBusy && search.name !== "";
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (opened) replace.mutate({ id: opened.id, search, isDefault }, { onSuccess: onSaved });
    else save.mutate({ entity, search, isDefault }, { onSuccess: onSaved });
  };
  return (
    <Modal isOpen variant="small" onClose={onClose} aria-labelledby="save-search-title">
      <ModalHeader title={opened ? "Save the search" : "Save this search"} labelId="save-search-title" />
      <ModalBody>
        <Form id="save-search" onSubmit={submit}>
          <ErrorAlert error={save.error ?? replace.error} />
          <FormGroup label="Name" fieldId="search-name" isRequired>
            <TextInput
              id="search-name"
              isRequired
              autoFocus
              maxLength={100}
              value={name}
              onChange={(_event, value) => setName(value)}
            />
          </FormGroup>
          <FormGroup label="Description" fieldId="search-description">
            <TextInput
              id="search-description"
              maxLength={500}
              value={description}
              onChange={(_event, value) => setDescription(value)}
            />
          </FormGroup>
          <Checkbox
            id="search-default"
            label="Open the list with it"
            isChecked={isDefault}
            onChange={(_event, on) => setDefault(on)}
          />
          <Checkbox
            id="search-shared"
            label="Share it: everybody may open and copy it"
            isChecked={isShared}
            onChange={(_event, on) => setShared(on)}
          />
        </Form>
      </ModalBody>
      <ModalFooter>
        <Button type="submit" form="save-search" isLoading={isBusy} isDisabled={!isReady}>
          Save
        </Button>
        {opened && (
          <Button
            variant="secondary"
            isDisabled={!isReady || search.name === opened.name}
            onClick={() => save.mutate({ entity, search, isDefault }, { onSuccess: onSaved })}
          >
            Save as another
          </Button>
        )}
        <Button variant="link" onClick={onClose}>
          Cancel
        </Button>
      </ModalFooter>
    </Modal>
  );
}
