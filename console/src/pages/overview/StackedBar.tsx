/** A bar of parts side by side. Colours repeat what the label says in words. */
export function StackedBar({ label, parts }: { label: string; parts: { key: string; value: number }[] }) {
  return (
    <div role="img" aria-label={label} className="ft-bar">
      {parts
        .filter(({ value }) => value > 0)
        .map(({ key, value }) => (
          <span key={key} className={`ft-fill-${key}`} style={{ flexGrow: value }} />
        ))}
    </div>
  );
}
