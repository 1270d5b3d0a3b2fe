import {
  ActionGroup,
  Alert,
  Button,
  Form,
  FormGroup,
  FormHelperText,
  HelperText,
  HelperTextItem,
  TextInput,
} from "@patternfly/react-core";
import { useState } from "react";
import { Link, useLocation, useNavigate } from "react-router";
import { useAbout, useSetup } from "../../api/session";
import { ErrorAlert } from "../../shell/ErrorAlert";
import { Failure } from "../../shell/Failure";
import { Frame } from "./Frame";

const fields = [
  { key: "firstName", label: "First name", autoComplete: "given-name" },
  { key: "lastName", label: "Last name", autoComplete: "family-name" },
  { key: "email", label: "E-mail", autoComplete: "email", type: "email" },
  { key: "username", label: "User name", autoComplete: "username" },
] as const;

const title = "Make the first administrator";

/** Reached by the one-time link that the server prints, `/setup#CODE`. The code never leaves the browser in a URL. */
export function SetupPage() {
  const code = useLocation().hash.slice(1);
  const { data: about, error } = useAbout();
  if (error)
    return (
      <Frame title={title}>
        <Failure error={error} />
      </Frame>
    );
  if (about && !about.setupNeeded) {
    return (
      <Frame title={title}>
        <Alert
          variant="info"
          isInline
          component="p"
          title="Setup is done"
          actionLinks={<Link to="/sign-in">Sign in</Link>}
        >
          This server has an administrator already.
        </Alert>
      </Frame>
    );
  }
  if (!code) {
    return (
      <Frame title={title}>
        <Alert variant="warning" isInline component="p" title="The link is incomplete">
          Open the whole setup link that the server printed when it started. It ends in “#” and a code.
        </Alert>
      </Frame>
    );
  }
  return (
    <Frame title={title} note={about?.organisation}>
      <SetupForm code={code} />
    </Frame>
  );
}

function SetupForm({ code }: { code: string }) {
  const navigate = useNavigate();
  const setup = useSetup();
  const [values, setValues] = useState({ username: "", firstName: "", lastName: "", email: "" });
  const [password, setPassword] = useState("");
  const [again, setAgain] = useState("");
  const differs = again !== "" && again !== password;
  const complete = Object.values(values).every((value) => value.trim()) && password !== "" && again === password;
  const submit = (event: React.FormEvent) => {
    event.preventDefault();
    if (complete) setup.mutate({ code, password, ...values }, { onSuccess: () => navigate("/", { replace: true }) });
  };
  return (
    <Form onSubmit={submit}>
      <ErrorAlert error={setup.error} />
      {fields.map(({ key, label, autoComplete, ...rest }) => (
        <FormGroup key={key} label={label} fieldId={key} isRequired>
          <TextInput
            id={key}
            isRequired
            autoComplete={autoComplete}
            value={values[key]}
            onChange={(_event, value) => setValues({ ...values, [key]: value })}
            {...rest}
          />
        </FormGroup>
      ))}
      <FormGroup label="Password" fieldId="password" isRequired>
        <TextInput
          id="password"
          type="password"
          isRequired
          autoComplete="new-password"
          value={password}
          onChange={(_event, value) => setPassword(value)}
        />
        <FormHelperText>
          <HelperText>
            <HelperTextItem>A few unrelated words are better than one word with digits.</HelperTextItem>
          </HelperText>
        </FormHelperText>
      </FormGroup>
      <FormGroup label="Password again" fieldId="again" isRequired>
        <TextInput
          id="again"
          type="password"
          isRequired
          autoComplete="new-password"
          validated={differs ? "error" : "default"}
          value={again}
          onChange={(_event, value) => setAgain(value)}
        />
        {differs && (
          <FormHelperText>
            <HelperText isLiveRegion>
              <HelperTextItem variant="error">The two passwords differ.</HelperTextItem>
            </HelperText>
          </FormHelperText>
        )}
      </FormGroup>
      <ActionGroup>
        <Button type="submit" isBlock isLoading={setup.isPending} isDisabled={!complete || setup.isPending}>
          Make administrator and sign in
        </Button>
      </ActionGroup>
    </Form>
  );
}
