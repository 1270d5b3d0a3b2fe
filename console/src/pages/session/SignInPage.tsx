import { ActionGroup, Alert, Button, Form, FormGroup, TextInput } from "@patternfly/react-core";
import { useState } from "react";
import { Navigate, useSearchParams } from "react-router";
import { useAbout, useSession, useSignIn } from "../../api/session";
import { ErrorAlert } from "../../shell/ErrorAlert";
import { safeReturn } from "../../url/safeReturn";
import { Frame } from "./Frame";

export function SignInPage() {
  const [params] = useSearchParams();
  const [username, setUsername] = useState("");
  const [password, setPassword] = useState("");
  const { data: about } = useAbout();
  const { data: session } = useSession();
  const signIn = useSignIn();
  if (session) return <Navigate to={safeReturn(params.get("return"))} replace />;

  const submit = (event: React.FormEvent) => {
    event.preventDefault();
    signIn.mutate({ username, password });
  };
  return (
    <Frame title="Sign in" note={about?.organisation}>
      <Form onSubmit={submit}>
        {params.has("return") && params.get("return") !== "/" && !signIn.error && (
          <Alert variant="info" isInline isPlain component="p" title="Sign in to go on where you were." />
        )}
        {about?.setupNeeded && (
          <Alert variant="info" isInline component="p" title="This server has no administrator yet">
            Open the setup link that the server printed when it started.
          </Alert>
        )}
        <ErrorAlert error={signIn.error} />
        <FormGroup label="User name" fieldId="username" isRequired>
          <TextInput
            id="username"
            isRequired
            autoComplete="username"
            autoFocus
            value={username}
            onChange={(_event, value) => setUsername(value)}
          />
        </FormGroup>
        <FormGroup label="Password" fieldId="password" isRequired>
          <TextInput
            id="password"
            type="password"
            isRequired
            autoComplete="current-password"
            value={password}
            onChange={(_event, value) => setPassword(value)}
          />
        </FormGroup>
        <ActionGroup>
          <Button
            type="submit"
            variant="primary"
            isBlock
            isLoading={signIn.isPending}
            isDisabled={signIn.isPending || !username || !password}
          >
            Sign in
          </Button>
        </ActionGroup>
      </Form>
    </Frame>
  );
}
