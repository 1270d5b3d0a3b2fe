import { HelperText, HelperTextItem, List, ListItem, Title } from "@patternfly/react-core";
import { Link } from "react-router";
import type { MemberRow, TagPreview } from "../../api/tagTypes";
import { counted, formatCount } from "../../format/count";

type Props = {
  isNew: boolean;
  isAsked: boolean;
  hasRule: boolean;
  /** `undefined`: not there yet, or the rule does not hold. */
  preview: TagPreview | undefined;
};

/** Who would be a member, join and leave. */
export function Preview({ isNew, isAsked, hasRule, preview }: Props) {
  if (!isAsked) {
    const text = hasRule ? "Write a rule to see whom it finds." : "Assets are put in once it is created.";
    return <p className="ft-quiet">{text}</p>;
  }
  if (!preview) return <p className="ft-quiet">Nothing to show until the rule holds.</p>;
  return (
    <div aria-live="polite">
      <p className="ft-figure-line">
        <strong>{counted(preview.members, "member")}</strong>
        {!isNew && `; now ${formatCount(preview.before)}`}
      </p>
      {preview.warnings.length > 0 && (
        <HelperText>
          {preview.warnings.map(({ code, offset, message, help }) => (
            <HelperTextItem key={`${code} ${offset}`} variant="warning">
              {message}; {help}
            </HelperTextItem>
          ))}
        </HelperText>
      )}
      {isNew ? (
        <Names title="The first of them" of={preview.firstMembers} total={preview.members} />
      ) : (
        <>
          <Names title="Join" of={preview.firstJoining} total={preview.joining} />
          <Names title="Leave" of={preview.firstLeaving} total={preview.leaving} />
          {preview.joining + preview.leaving === 0 && <p className="ft-quiet">Nobody joins, nobody leaves.</p>}
        </>
      )}
    </div>
  );
}

const shown = 12;

function Names({ title, of, total }: { title: string; of: MemberRow[]; total: number }) {
  if (total === 0) return null;
  return (
    <>
      <Title headingLevel="h3" size="md" className="ft-subtitle">
        {title}: {formatCount(total)}
      </Title>
      <List isPlain>
        {of.slice(0, shown).map(({ id, name, operatingSystem }) => (
          <ListItem key={id}>
            <Link to={`/assets/${id}`}>{name}</Link> <span className="ft-quiet">{operatingSystem}</span>
          </ListItem>
        ))}
      </List>
      {total > shown && <p className="ft-quiet">and {formatCount(total - Math.min(shown, of.length))} more</p>}
    </>
  );
}
