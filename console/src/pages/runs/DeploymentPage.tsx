import { Alert, DescriptionList, Grid, GridItem, PageSection, Skeleton } from "@patternfly/react-core";
import { Link, useParams } from "react-router";
import { useDeployment } from "../../api/jobs";
import type { DeploymentDetails } from "../../api/types";
import { elapsed } from "../../format/time";
import { words, workWords } from "../../format/words";
import { DeploymentStateLabel } from "../../labels/DeploymentStateLabel";
import { useNow } from "../../labels/useNow";
import { When } from "../../labels/When";
import { Failure } from "../../shell/Failure";
import { PageHead } from "../../shell/PageHead";
import { Term } from "../../shell/Term";
import { Section } from "../assets/Facts";
import { DeploymentPatches } from "./DeploymentPatches";
import { EventTimeline } from "./EventTimeline";
import { LiveLog } from "./LiveLog";
import { DeploymentProgress } from "./RunDeployments";

export function DeploymentPage() {
  const { id = "" } = useParams();
  const { data: deployment, error, refetch } = useDeployment(id);
  if (deployment) return <DeploymentView deployment={deployment} />;
  return (
    <>
      <PageHead title="Deployment" parent={{ to: "/jobs", title: "Jobs" }} />
      <PageSection isFilled>
        {error ? <Failure error={error} retry={refetch} /> : <Skeleton height="12rem" screenreaderText="Loading" />}
      </PageSection>
    </>
  );
}

function DeploymentView({ deployment }: { deployment: DeploymentDetails }) {
  const { reason, text, refusedCode } = deployment;
  const why = [refusedCode, reason]
    .filter((one): one is string => one !== null)
    .map(words)
    .join(": ");
  return (
    <>
      <PageHead
        title={`${deployment.jobName} on ${deployment.asset.name}`}
        parent={{ to: `/runs/${deployment.runId}`, title: "Run" }}
        labels={<DeploymentStateLabel state={deployment.state} />}
      />
      <PageSection isFilled>
        <Grid hasGutter>
          {(why || text) && (
            <GridItem>
              <Alert variant={deployment.endedAt ? "danger" : "info"} isInline component="h2" title={why || "Note"}>
                {text}
              </Alert>
            </GridItem>
          )}
          {deployment.rebootPending && (
            <GridItem>
              <Alert variant="warning" isInline component="h2" title="The machine needs a restart to finish this" />
            </GridItem>
          )}
          <GridItem lg={4}>
            <Section title="Deployment">
              <Overview deployment={deployment} />
            </Section>
          </GridItem>
          <GridItem lg={8}>
            <Section title="Patches">
              <DeploymentPatches deployment={deployment} />
            </Section>
          </GridItem>
          <GridItem lg={4}>
            <Section title="Events">
              <EventTimeline events={deployment.events} />
            </Section>
          </GridItem>
          <GridItem lg={8}>
            <Section title="Log">
              <LiveLog logs={deployment.logs} ended={deployment.endedAt !== null} />
            </Section>
          </GridItem>
        </Grid>
      </PageSection>
    </>
  );
}

function Overview({ deployment }: { deployment: DeploymentDetails }) {
  const now = useNow(1000);
  return (
    <DescriptionList isCompact isHorizontal>
      <Term name="Asset">
        <Link to={`/assets/${deployment.asset.id}`}>{deployment.asset.name}</Link>
      </Term>
      <Term name="Job">
        <Link to={`/jobs/${deployment.jobId}`}>{deployment.jobName}</Link>
      </Term>
      <Term name="Work">{workWords(deployment.work).noun}</Term>
      <Term name="Published">
        <When at={deployment.publishedAt} />
      </Term>
      <Term name="Began">
        <When at={deployment.startedAt} none="not yet" />
      </Term>
      <Term name={deployment.endedAt ? "Took" : "Running for"}>
        {elapsed(deployment.startedAt, deployment.endedAt, now)}
      </Term>
      {!deployment.endedAt && (
        <Term name="Now">
          <DeploymentProgress deployment={deployment} />
        </Term>
      )}
    </DescriptionList>
  );
}
