import { SearchInput } from "@patternfly/react-core";
import { useEffect, useRef, useState } from "react";
import { useSlashKey } from "./useSlashKey";

const pauseMilliseconds = 250;

type Props = {
  label: string;
  value: string;
  onSearch: (text: string) => void;
};

/** Search text of a list. The list is asked when typing pauses. */
export function SearchBox({ label, value, onSearch }: Props) {
  const [text, setText] = useState(value);
  const input = useRef<HTMLInputElement>(null);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  const asked = useRef(value);

  useEffect(() => {
    // The address changed by other means (back, a link, "clear filters"): it wins over what stands in the box.
    if (value !== asked.current) {
      asked.current = value;
      setText(value);
    }
  }, [value]);
  useEffect(() => () => clearTimeout(timer.current), []);
  useSlashKey(() => input.current?.focus());

  const ask = (next: string, delay: number) => {
    setText(next);
    clearTimeout(timer.current);
    timer.current = setTimeout(() => {
      asked.current = next.trim();
      onSearch(next.trim());
    }, delay);
  };
  return (
    <SearchInput
      ref={input}
      aria-label={label}
      placeholder={`${label}  /`}
      value={text}
      onChange={(_event, next) => ask(next, pauseMilliseconds)}
      onKeyDown={(event) => event.key === "Enter" && ask(text, 0)}
      onClear={() => ask("", 0)}
    />
  );
}
