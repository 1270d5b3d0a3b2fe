import {
  ActionGroup,
  Button,
  Form,
  FormGroup,
  FormHelperText,
  FormSelect,
  FormSelectOption,
  Grid,
  GridItem,
  HelperText,
  HelperTextItem,
  Radio,
  TextArea,
  TextInput,
} from "@patternfly/react-core";
import { type FormEvent, useState } from "react";
import { timeZone } from "../../api/qql";
import { useCreateTag, useEditTag, useTagPreview } from "../../api/tags";
import type { TagBody, TagDetails, TagRow } from "../../api/tagTypes";
import { formatCount } from "../../format/count";
import { ErrorAlert } from "../../shell/ErrorAlert";
import { Section } from "../assets/Facts";
import { Preview } from "./Preview";
import { RuleField } from "./RuleField";

type Props = {
  /** Null: a new one. */
  tag: TagDetails | null;
  tags: TagRow[];
  onSaved: (tag: TagDetails) => void;
};

/** Name, place and rule of a tag; who would join and leave is shown while it is written. */
export function TagForm({ tag, tags, onSaved }: Props) {
  const [name, setName] = useState(tag?.name ?? "");
  const [description, setDescription] = useState(tag?.description ?? "");
  const [parent, setParent] = useState(tag?.parent ?? "");
  const [hasRule, setHasRule] = useState(tag === null || tag.rule !== null);
  const [rule, setRule] = useState(tag?.rule ?? "");
  const [typed, setTyped] = useState("");
  const create = useCreateTag();
  const edit = useEditTag(tag?.id ?? "");
  const save = tag ? edit : create;
  const draft: TagBody = {
    name: name.trim(),
    description: description.trim(),
    parent: parent || null,
    rule: hasRule ? rule : null,
    tz: hasRule ? (tag?.tz ?? timeZone()) : null,
  };
  // Until it has a name of its own no rule can mean it.
  const isAsked = hasRule ? rule !== "" : tag !== null;
  const asked = { ...draft, name: draft.name || "New collection", description: "" };
  const preview = useTagPreview(tag?.id ?? null, asked, isAsked);
  const found = isAsked && !preview.error ? preview.data : undefined;
  const moves = found ? found.joining + found.leaving : 0;
  const needsNumber = found?.needsConfirm === true;
  const isConfirmed = !needsNumber || Number(typed.replace(/\D/g, "")) === moves;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    const body = { ...draft, ...(tag ? { revision: tag.revision } : {}), ...(needsNumber ? { confirm: moves } : {}) };
    save.mutate(body, { onSuccess: onSaved });
  };
  const isWritten = draft.name !== "" && (!hasRule || (rule !== "" && !preview.error));
  return (
    <Grid hasGutter>
      <GridItem lg={7}>
        <Section title={tag ? "What it is" : "What it shall be"}>
          <Form onSubmit={submit} aria-label="Collection">
            <ErrorAlert error={save.error} />
            <FormGroup label="Name" fieldId="tag-name" isRequired>
              <TextInput
                id="tag-name"
                isRequired
                autoFocus={tag === null}
                maxLength={100}
                value={name}
                onChange={(_event, value) => setName(value)}
              />
            </FormGroup>
            <FormGroup label="Description" fieldId="tag-description">
              <TextArea
                id="tag-description"
                resizeOrientation="vertical"
                maxLength={1000}
                rows={2}
                value={description}
                onChange={(_event, value) => setDescription(value)}
              />
            </FormGroup>
            <FormGroup label="Below" fieldId="tag-parent">
              <FormSelect id="tag-parent" value={parent} onChange={(_event, value) => setParent(value)}>
                <FormSelectOption value="" label="Nothing: at the top" />
                {tags
                  .filter(({ id, path }) => id !== tag?.id && !(tag && path.startsWith(`${tag.path}/`)))
                  .map(({ id, path }) => (
                    <FormSelectOption key={id} value={id} label={path} />
                  ))}
              </FormSelect>
            </FormGroup>
            <FormGroup label="Assets get it" role="radiogroup" fieldId="tag-kind" isStack>
              <Radio
                id="tag-by-rule"
                name="tag-kind"
                label="By a rule"
                description="Members come and go by themselves, within a second."
                isChecked={hasRule}
                onChange={() => setHasRule(true)}
              />
              <Radio
                id="tag-by-hand"
                name="tag-kind"
                label="By hand"
                isChecked={!hasRule}
                onChange={() => setHasRule(false)}
              />
            </FormGroup>
            {hasRule && <RuleField rule={rule} error={isAsked ? preview.error : null} onRule={setRule} />}
            {needsNumber && (
              <FormGroup label={`Type ${formatCount(moves)} to confirm`} fieldId="tag-confirm" isRequired>
                <TextInput
                  id="tag-confirm"
                  inputMode="numeric"
                  autoComplete="off"
                  value={typed}
                  onChange={(_event, value) => setTyped(value)}
                />
                <FormHelperText>
                  <HelperText>
                    <HelperTextItem variant="warning">
                      So many assets join or leave: more than a fifth of the members.
                    </HelperTextItem>
                  </HelperText>
                </FormHelperText>
              </FormGroup>
            )}
            <ActionGroup>
              <Button
                type="submit"
                isLoading={save.isPending}
                isDisabled={save.isPending || !isWritten || !isConfirmed}
              >
                {tag ? "Save" : "Create"}
              </Button>
            </ActionGroup>
          </Form>
        </Section>
      </GridItem>
      <GridItem lg={5}>
        <Section title="Preview">
          <Preview isNew={tag === null} isAsked={isAsked} hasRule={hasRule} preview={found} />
        </Section>
      </GridItem>
    </Grid>
  );
}
