import { Grid, GridItem, PageSection } from "@patternfly/react-core";
import { useOverview } from "../../api/assets";
import { Failure } from "../../shell/Failure";
import { PageHead } from "../../shell/PageHead";
import { AssetStatus } from "./AssetStatus";
import { AttentionList } from "./AttentionList";
import { Figures } from "./Figures";
import { FirstSteps } from "./FirstSteps";
import { MissingByKind } from "./MissingByKind";
import { UrgentPatches } from "./UrgentPatches";

export function Overview() {
  const { data: overview, error, refetch } = useOverview();
  return (
    <>
      <PageHead title="Overview" />
      <PageSection isFilled>
        {error && !overview ? (
          <Failure error={error} retry={refetch} />
        ) : overview?.assets === 0 ? (
          <FirstSteps />
        ) : (
          <Grid hasGutter>
            <GridItem>
              <Figures overview={overview} />
            </GridItem>
            <GridItem lg={6}>
              <AssetStatus overview={overview} />
            </GridItem>
            <GridItem lg={6}>
              <MissingByKind overview={overview} />
            </GridItem>
            <GridItem xl={7}>
              <UrgentPatches patches={overview?.urgent} />
            </GridItem>
            <GridItem xl={5}>
              <AttentionList />
            </GridItem>
          </Grid>
        )}
      </PageSection>
    </>
  );
}
