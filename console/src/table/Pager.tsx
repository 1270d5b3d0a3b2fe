import { Pagination } from "@patternfly/react-core";
import { formatCount } from "../format/count";
import { limits } from "../url/listState";
import type { ListAddress } from "../url/useListState";

export function Pager(props: {
  address: ListAddress;
  total: number;
  next: string | null;
  id: string;
  variant?: "top" | "bottom";
}) {
  const { address, total, next } = props;
  return (
    <Pagination
      widgetId={props.id}
      isCompact
      variant={props.variant ?? "top"}
      itemCount={total}
      toggleTemplate={({ firstIndex = 0, lastIndex = 0 }) => (
        <>
          <b>
            {formatCount(firstIndex)} - {formatCount(lastIndex)}
          </b>{" "}
          of <b>{formatCount(total)}</b>
        </>
      )}
      page={address.page}
      perPage={address.limit}
      perPageOptions={limits.map((value) => ({ title: String(value), value }))}
      onPerPageSelect={(_event, limit) => address.set({ limit: String(limit) })}
      onNextClick={() => next && address.goNext(next)}
      onPreviousClick={address.goPrevious}
      titles={{ paginationAriaLabel: props.variant === "bottom" ? "Pages, below the list" : "Pages, above the list" }}
    />
  );
}
