import { Button, Label, Skeleton } from "@patternfly/react-core";
import EmptyStarIcon from "@patternfly/react-icons/dist/esm/icons/outlined-star-icon";
import StarIcon from "@patternfly/react-icons/dist/esm/icons/star-icon";
import TrashIcon from "@patternfly/react-icons/dist/esm/icons/trash-icon";
import { Link } from "react-router";
import { errorText } from "../api/errorText";
import type { Queried } from "../api/queries";
import {
  type SavedSearch,
  useDeleteSearch,
  useSavedSearches,
  useSaveSearch,
  useSetDefault,
} from "../api/savedSearches";
import { Drawer } from "../shell/Drawer";
import { Failure } from "../shell/Failure";
import { useNotify } from "../shell/notices";
import { searchOf, valuesOfSearch } from "./search";
import type { QueryAddress } from "./useQueryAddress";

type Props = { entity: Queried; address: QueryAddress; onSave: () => void; onClose: () => void };

/** One's own searches and those that others share. */
export function SavedSearches({ entity, address, onSave, onClose }: Props) {
  const { data, error, refetch } = useSavedSearches(entity);
  return (
    <Drawer label="Saved searches" title="Saved searches" closeLabel="Close the saved searches" onClose={onClose}>
      <div className="ft-stack">
        <div>
          <Button variant="secondary" onClick={onSave}>
            Save this search…
          </Button>
        </div>
        {error && !data ? (
          <Failure error={error} retry={refetch} />
        ) : !data ? (
          <Skeleton height="6rem" screenreaderText="Loading the saved searches" />
        ) : data.items.length === 0 ? (
          <p>
            None yet. A saved search keeps the query, its order, groups and columns. The one with the star opens with
            the list.
          </p>
        ) : (
          <ul className="ft-searches">
            {data.items.map((search) => (
              <Entry key={search.id} {...{ search, entity, address, onClose }} />
            ))}
          </ul>
        )}
      </div>
    </Drawer>
  );
}

type EntryProps = { search: SavedSearch; entity: Queried; address: QueryAddress; onClose: () => void };

function Entry({ search, entity, address, onClose }: EntryProps) {
  const star = useSetDefault();
  const remove = useRemove(entity);
  const { id, name, description, isDefault, isMine, isShared, owner, problem } = search;
  return (
    <li>
      <div>
        <Link to={address.to(valuesOfSearch(search))} onClick={onClose} aria-current={address.saved === id}>
          {name}
        </Link>{" "}
        {isShared && (
          <Label isCompact variant="outline">
            {isMine ? "Shared" : `From ${owner}`}
          </Label>
        )}{" "}
        {problem && (
          <Label isCompact variant="outline" status="warning">
            {problem}
          </Label>
        )}
        {description && <div className="ft-quiet">{description}</div>}
        <code className="ft-quiet ft-break">{search.query || "everything"}</code>
      </div>
      <Button
        variant="plain"
        icon={isDefault ? <StarIcon /> : <EmptyStarIcon />}
        aria-label={`Open the list with ${name}`}
        aria-pressed={isDefault}
        isDisabled={star.isPending}
        onClick={() => star.mutate({ id, isDefault: !isDefault })}
      />
      {isMine && (
        <Button variant="plain" icon={<TrashIcon />} aria-label={`Delete ${name}`} onClick={() => remove(search)} />
      )}
    </li>
  );
}

/** Deletes at once, and offers to take it back. */
function useRemove(entity: Queried) {
  const notify = useNotify();
  const remove = useDeleteSearch();
  const save = useSaveSearch();
  const failed = (error: unknown) => notify({ variant: "danger", ...errorText(error) });
  return (search: SavedSearch) =>
    remove.mutate(search.id, {
      onSuccess: () =>
        notify({
          variant: "success",
          title: `“${search.name}” deleted`,
          action: {
            title: "Undo",
            run: () =>
              save.mutate({ entity, search: searchOf(search), isDefault: search.isDefault }, { onError: failed }),
          },
        }),
      onError: failed,
    });
}
