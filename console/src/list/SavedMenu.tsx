import { Button, Label } from "@patternfly/react-core";
import BookmarkIcon from "@patternfly/react-icons/dist/esm/icons/bookmark-icon";
import { useEffect, useRef, useState } from "react";
import { useLocation } from "react-router";
import { useTokens } from "../api/qql";
import { useSavedSearches } from "../api/savedSearches";
import { useNotify } from "../shell/notices";
import type { QueriedList } from "./queriedList";
import { SavedSearches } from "./SavedSearches";
import { SaveSearch } from "./SaveSearch";
import { isChanged, lookOf, valuesOfSearch } from "./search";
import type { QueryAddress } from "./useQueryAddress";

type Props<Row> = { list: QueriedList<Row>; address: QueryAddress; columns: string[] };

/** Which saved search is open, and the ways to the others. */
export function SavedMenu<Row>({ list, address, columns }: Props<Row>) {
  const { entity } = list;
  const [shown, setShown] = useState<"list" | "save" | null>(null);
  const notify = useNotify();
  const { data } = useSavedSearches(entity);
  const tokens = useTokens(entity, "query").data?.items;
  const look = lookOf(address, columns, (name) => tokens?.some((token) => token.name === name) ?? false);
  const opened = data?.items.find(({ id }) => id === address.saved);
  const isOtherNow = opened !== undefined && isChanged(look, opened);
  useDefault(data?.items.find(({ isDefault }) => isDefault)?.id, (id) => {
    const search = data?.items.find((one) => one.id === id);
    if (search) address.open(valuesOfSearch(search));
  });
  return (
    <>
      {opened && (
        <Label
          color="blue"
          variant="outline"
          onClose={() => address.set({ saved: "" })}
          closeBtnAriaLabel={`Leave ${opened.name}`}
        >
          {opened.name}
          {isOtherNow && ", changed"}
        </Label>
      )}
      {isOtherNow && opened.isMine && (
        <Button variant="secondary" onClick={() => setShown("save")}>
          Save…
        </Button>
      )}
      <Button variant="secondary" icon={<BookmarkIcon />} onClick={() => setShown("list")}>
        Saved searches
      </Button>
      {shown === "list" && (
        <SavedSearches
          entity={entity}
          address={address}
          onSave={() => setShown("save")}
          onClose={() => setShown(null)}
        />
      )}
      {shown === "save" && (
        <SaveSearch
          entity={entity}
          look={look}
          opened={opened?.isMine ? opened : undefined}
          onClose={() => setShown(null)}
          onSaved={(saved) => {
            setShown(null);
            address.set({ saved: saved.id });
            notify({ variant: "success", title: `“${saved.name}” saved` });
          }}
        />
      )}
    </>
  );
}

/** A list that is opened with nothing in its address opens with the person's default; once for each visit. */
function useDefault(id: string | undefined, open: (id: string) => void) {
  const { search } = useLocation();
  const isFresh = useRef(search === "");
  const latest = useRef(open);
  useEffect(() => {
    latest.current = open;
  });
  const isTouched = search !== "";
  useEffect(() => {
    if (isTouched) isFresh.current = false;
    if (!id || !isFresh.current) return;
    isFresh.current = false;
    latest.current(id);
  }, [id, isTouched]);
}
