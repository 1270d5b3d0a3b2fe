import {
  ActionGroup,
  Button,
  Form,
  FormGroup,
  FormSelect,
  FormSelectOption,
  Grid,
  GridItem,
  Label,
  LabelGroup,
  PageSection,
} from "@patternfly/react-core";
import { type FormEvent, useState } from "react";
import { useNavigate } from "react-router";
import { useExceptionReach, useRequestException } from "../../api/exceptions";
import type { ExceptionReach } from "../../api/exceptionTypes";
import { timeZone } from "../../api/qql";
import { useTags } from "../../api/tags";
import { counted, formatCount } from "../../format/count";
import { ErrorAlert } from "../../shell/ErrorAlert";
import { PageHead } from "../../shell/PageHead";
import { Section } from "../assets/Facts";
import { RuleField } from "../tags/RuleField";
import { areValid, asked, ExceptionTerms, usualTerms } from "./ExceptionTerms";

const parent = { to: "/exceptions", title: "Exceptions" };

/** Asks for an exception for all patches that a query finds, on whoever is in a collection. */
export function NewException() {
  const [query, setQuery] = useState("");
  const [tags, setTags] = useState<string[]>([]);
  const [terms, setTerms] = useState(usualTerms);
  const navigate = useNavigate();
  const request = useRequestException();
  const targets = { patches: [], patchQuery: query, tz: timeZone(), assets: [], tags };
  const isAsked = query !== "" && tags.length > 0;
  const reach = useExceptionReach(targets, isAsked);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    request.mutate({ ...targets, ...asked(terms) }, { onSuccess: () => navigate("/exceptions") });
  };
  return (
    <>
      <PageHead title="New exception" parent={parent} />
      <PageSection isFilled>
        <Grid hasGutter>
          <GridItem lg={7}>
            <Section title="What may wait">
              <Form onSubmit={submit} aria-label="Exception">
                <ErrorAlert error={request.error} />
                <FormGroup label="Patches, those of tomorrow too">
                  <RuleField
                    entity="patch"
                    label="Query of patches"
                    example="package:openssl and not isKnownExploited:true"
                    rule={query}
                    error={isAsked ? reach.error : null}
                    onRule={setQuery}
                  />
                </FormGroup>
                <ChosenTags tags={tags} onChange={setTags} />
                <ExceptionTerms terms={terms} onChange={setTerms} />
                <ActionGroup>
                  <Button
                    type="submit"
                    isLoading={request.isPending}
                    isDisabled={request.isPending || !isAsked || reach.error !== null || !areValid(terms)}
                  >
                    Create
                  </Button>
                </ActionGroup>
              </Form>
            </Section>
          </GridItem>
          <GridItem lg={5}>
            <Section title="Preview">
              <Preview isAsked={isAsked} reach={reach.error ? undefined : reach.data} />
            </Section>
          </GridItem>
        </Grid>
      </PageSection>
    </>
  );
}

function ChosenTags({ tags, onChange }: { tags: string[]; onChange: (tags: string[]) => void }) {
  const { data } = useTags();
  const known = data?.items ?? [];
  return (
    <FormGroup label="On assets of these collections" fieldId="exception-tag" isRequired>
      <FormSelect id="exception-tag" value="" onChange={(_event, id) => onChange([...tags, id])}>
        <FormSelectOption value="" label="Choose a collection" isPlaceholder />
        {known
          .filter(({ id }) => !tags.includes(id))
          .map(({ id, path }) => (
            <FormSelectOption key={id} value={id} label={path} />
          ))}
      </FormSelect>
      {tags.length > 0 && (
        <LabelGroup className="ft-chosen" aria-label="Chosen collections">
          {known
            .filter(({ id }) => tags.includes(id))
            .map(({ id, path }) => (
              <Label
                key={id}
                onClose={() => onChange(tags.filter((tag) => tag !== id))}
                closeBtnAriaLabel={`Remove ${path}`}
              >
                {path}
              </Label>
            ))}
        </LabelGroup>
      )}
    </FormGroup>
  );
}

function Preview({ isAsked, reach }: { isAsked: boolean; reach: ExceptionReach | undefined }) {
  if (!isAsked) return <p className="ft-quiet">Write a query and choose a collection to see what it covers.</p>;
  if (!reach) return <p className="ft-quiet">Nothing to show until the query holds.</p>;
  return (
    <div aria-live="polite">
      <p className="ft-figure-line">
        <strong>{counted(reach.patches, "patch", "patches")}</strong> on {counted(reach.assets, "asset")}, as of now
      </p>
      <p>
        Missing on them: {formatCount(reach.missingFindings)}. These count as missing and not as overdue, and jobs leave
        them out. What the query finds later, and who joins a collection later, is covered too.
      </p>
    </div>
  );
}
