import { Label, PageSection, Skeleton } from "@patternfly/react-core";
import { Link, useNavigate, useParams } from "react-router";
import { membersLink, useTag, useTags } from "../../api/tags";
import type { TagDetails, TagRow } from "../../api/tagTypes";
import { counted } from "../../format/count";
import { Failure } from "../../shell/Failure";
import { useNotify } from "../../shell/notices";
import { PageHead } from "../../shell/PageHead";
import { Pins } from "./Pins";
import { TagForm } from "./TagForm";

const parent = { to: "/collections", title: "Collections" };

/** A collection that is not there yet. */
export function NewTag() {
  const { data, error, refetch } = useTags();
  const navigate = useNavigate();
  return (
    <>
      <PageHead title="New collection" parent={parent} />
      <PageSection isFilled>
        {data ? (
          <TagForm tag={null} tags={data.items} onSaved={({ id }) => navigate(`/collections/${id}`)} />
        ) : (
          <Waiting error={error} retry={refetch} />
        )}
      </PageSection>
    </>
  );
}

export function TagPage() {
  const { id = "" } = useParams();
  const tag = useTag(id);
  const tags = useTags();
  if (!tag.data || !tags.data) {
    return (
      <>
        <PageHead title="Collection" parent={parent} />
        <PageSection isFilled>
          <Waiting
            error={tag.error ?? tags.error}
            retry={() => {
              tag.refetch();
              tags.refetch();
            }}
          />
        </PageSection>
      </>
    );
  }
  return <TagView key={id} tag={tag.data} tags={tags.data.items} />;
}

function TagView({ tag, tags }: { tag: TagDetails; tags: TagRow[] }) {
  const notify = useNotify();
  return (
    <>
      <PageHead
        title={tag.path}
        parent={parent}
        labels={
          <>
            {tag.rule === null && <Label isCompact>By hand</Label>}
            {tag.isBroken && (
              <Label isCompact status="danger">
                Broken rule
              </Label>
            )}
          </>
        }
        description={<Summary tag={tag} />}
      />
      <PageSection isFilled>
        <TagForm
          // What somebody else saved meanwhile is shown as it is now.
          key={tag.revision}
          tag={tag}
          tags={tags}
          onSaved={({ path }) => notify({ variant: "success", title: `“${path}” is saved` })}
        />
        <Pins tag={tag} />
      </PageSection>
    </>
  );
}

function Summary({ tag }: { tag: TagDetails }) {
  return (
    <>
      <Link to={membersLink(tag.id)}>{counted(tag.memberCount, "member")}</Link>
      {tag.usedBy.length > 0 && (
        <>
          ; used by the rule of{" "}
          {tag.usedBy.map(({ id, path }, at) => (
            <span key={id}>
              {at > 0 && ", "}
              <Link to={`/collections/${id}`}>{path}</Link>
            </span>
          ))}
        </>
      )}
    </>
  );
}

function Waiting({ error, retry }: { error: unknown; retry: () => void }) {
  if (error) return <Failure error={error} retry={retry} />;
  return <Skeleton height="12rem" screenreaderText="Loading" />;
}
