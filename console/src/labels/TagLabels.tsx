import { Label } from "@patternfly/react-core";
import { Link } from "react-router";
import type { TagName } from "../api/tagTypes";
import { formatCount } from "../format/count";

const shown = 8;

/** The tags of an asset. */
export function TagLabels({ tags }: { tags: TagName[] }) {
  if (tags.length === 0) return null;
  const more = tags.length - shown;
  return (
    <span className="ft-tags">
      <span className="ft-quiet">Collections:</span>{" "}
      {tags.slice(0, shown).map(({ id, path }) => (
        <Label
          key={id}
          variant="outline"
          isCompact
          render={({ className, content, componentRef }) => (
            <Link to={`/collections/${id}`} className={className} ref={componentRef}>
              {content}
            </Link>
          )}
        >
          {path}
        </Label>
      ))}
      {more > 0 && <span className="ft-quiet"> and {formatCount(more)} more</span>}
    </span>
  );
}
