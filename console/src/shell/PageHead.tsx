import { Breadcrumb, BreadcrumbItem, Content, Flex, FlexItem, PageSection, Title } from "@patternfly/react-core";
import { type ReactNode, useEffect } from "react";
import { Link } from "react-router";

type Props = {
  title: string;
  /** The page above this one. */
  parent?: { to: string; title: string };
  labels?: ReactNode;
  description?: ReactNode;
  actions?: ReactNode;
};

/** Heading of a page; also names the browser's tab. */
export function PageHead({ title, parent, labels, description, actions }: Props) {
  useEffect(() => {
    document.title = `${title} · Fettle`;
  }, [title]);
  return (
    <PageSection className="ft-head">
      {parent && (
        <Breadcrumb>
          <BreadcrumbItem>
            <Link to={parent.to}>{parent.title}</Link>
          </BreadcrumbItem>
          <BreadcrumbItem isActive>{title}</BreadcrumbItem>
        </Breadcrumb>
      )}
      <Flex justifyContent={{ default: "justifyContentSpaceBetween" }} alignItems={{ default: "alignItemsCenter" }}>
        <FlexItem>
          <Flex gap={{ default: "gapSm" }} alignItems={{ default: "alignItemsCenter" }}>
            <Title headingLevel="h1" size="2xl">
              {title}
            </Title>
            {labels}
          </Flex>
        </FlexItem>
        {actions && <FlexItem className="ft-actions">{actions}</FlexItem>}
      </Flex>
      {description && <Content component="p">{description}</Content>}
    </PageSection>
  );
}
