import { Card, CardBody, CardHeader, CardTitle, Title } from "@patternfly/react-core";
import { type ReactNode, useEffect } from "react";
import { Logo } from "../../shell/Logo";
import { ThemeToggle } from "../../shell/ThemeToggle";

/** Frame of the pages before the sign-in. */
export function Frame({ title, note, children }: { title: string; note?: ReactNode; children: ReactNode }) {
  useEffect(() => {
    document.title = `${title} · Fettle`;
  }, [title]);
  return (
    <div className="ft-door">
      <header className="ft-door-head">
        <span className="ft-brand">
          <Logo />
          Fettle
        </span>
        <ThemeToggle />
      </header>
      <main>
        <Card className="ft-door-card">
          <CardHeader>
            <CardTitle>
              <Title headingLevel="h1" size="xl">
                {title}
              </Title>
            </CardTitle>
          </CardHeader>
          <CardBody>{children}</CardBody>
        </Card>
        {note && <p className="ft-door-note">{note}</p>}
      </main>
    </div>
  );
}
