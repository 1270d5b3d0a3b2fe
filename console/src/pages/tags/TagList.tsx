import {
  Button,
  EmptyState,
  EmptyStateActions,
  EmptyStateBody,
  EmptyStateFooter,
  Label,
  PageSection,
} from "@patternfly/react-core";
import { useState } from "react";
import { Link } from "react-router";
import { membersLink, useDeleteTag, useTags } from "../../api/tags";
import type { TagRow } from "../../api/tagTypes";
import { formatCount } from "../../format/count";
import { Confirm } from "../../shell/Confirm";
import { Failure } from "../../shell/Failure";
import { PageHead } from "../../shell/PageHead";
import { type Column, DataTable } from "../../table/DataTable";

const create = (
  <Link to="/collections/new" className="pf-v6-c-button pf-m-primary">
    Create collection
  </Link>
);

/** All tags, as a tree. */
export function TagList() {
  const { data, error, refetch } = useTags();
  const [deleting, setDeleting] = useState<TagRow | null>(null);
  const remove = useDeleteTag();
  return (
    <>
      <PageHead
        title="Collections"
        description="Labels of assets. A collection has a rule, and its members follow by themselves; others are put on assets by hand."
        actions={create}
      />
      <PageSection isFilled>
        {error && !data ? (
          <Failure error={error} retry={refetch} />
        ) : data?.items.length === 0 ? (
          <EmptyState titleText="No collections" headingLevel="h2">
            <EmptyStateBody>Group assets by what they are: “platform:Linux”, or by hand.</EmptyStateBody>
            <EmptyStateFooter>
              <EmptyStateActions>{create}</EmptyStateActions>
            </EmptyStateFooter>
          </EmptyState>
        ) : (
          <DataTable label="Collections" columns={columns(setDeleting)} rows={data?.items} rowKey={({ id }) => id} />
        )}
      </PageSection>
      {deleting && (
        <Confirm
          title={`Delete “${deleting.path}”?`}
          action="Delete"
          busy={remove.isPending}
          error={remove.error}
          onClose={() => {
            remove.reset();
            setDeleting(null);
          }}
          onConfirm={() => remove.mutate(deleting.id, { onSuccess: () => setDeleting(null) })}
        >
          Its {formatCount(deleting.memberCount)} assets stay; only the label goes.
        </Confirm>
      )}
    </>
  );
}

const columns = (onDelete: (tag: TagRow) => void): Column<TagRow>[] => [
  { key: "name", title: "Name", cell: (tag) => <Name tag={tag} /> },
  {
    key: "members",
    title: "Members",
    numeric: true,
    cell: (tag) => <Link to={membersLink(tag.id)}>{formatCount(tag.memberCount)}</Link>,
  },
  {
    key: "rule",
    title: "Rule",
    cell: ({ rule }) =>
      rule === null ? <span className="ft-quiet">by hand</span> : <code className="ft-break">{rule}</code>,
  },
  { key: "pins", title: "Pinned", cell: (tag) => <Pinned tag={tag} /> },
  {
    key: "actions",
    title: "Actions",
    actions: true,
    cell: (tag) => (
      <Button variant="link" isInline aria-label={`Delete ${tag.path}`} onClick={() => onDelete(tag)}>
        Delete
      </Button>
    ),
  },
];

const deepest = 7;

function Name({ tag }: { tag: TagRow }) {
  return (
    <span className={`ft-tree ft-tree-${Math.min(tag.depth, deepest)}`}>
      <Link to={`/collections/${tag.id}`}>{tag.name}</Link>{" "}
      {tag.isBroken && (
        <Label status="danger" isCompact>
          Broken rule
        </Label>
      )}
      {tag.description && <span className="ft-quiet ft-tree-note">{tag.description}</span>}
    </span>
  );
}

function Pinned({ tag }: { tag: TagRow }) {
  const pins = [
    // By hand all are pinned in.
    ...(tag.rule !== null && tag.pinnedInCount > 0 ? [`${formatCount(tag.pinnedInCount)} in`] : []),
    ...(tag.pinnedOutCount > 0 ? [`${formatCount(tag.pinnedOutCount)} out`] : []),
  ];
  return pins.length > 0 ? <span>{pins.join(", ")}</span> : <span className="ft-quiet">–</span>;
}
