import { Card, CardBody, CardTitle, DescriptionList, Title } from "@patternfly/react-core";
import type { ReactNode } from "react";

/** A card of facts; give it `Term`s. */
export function Facts({ title, children }: { title: string; children: ReactNode }) {
  return (
    <Section title={title}>
      <DescriptionList isHorizontal isCompact>
        {children}
      </DescriptionList>
    </Section>
  );
}

export function Section({ title, children }: { title: string; children: ReactNode }) {
  return (
    <Card isFullHeight>
      <CardTitle>
        <Title headingLevel="h2" size="md">
          {title}
        </Title>
      </CardTitle>
      <CardBody>{children}</CardBody>
    </Card>
  );
}
