import { SearchInput } from "@patternfly/react-core";
import { useEffect, useRef, useState } from "react";

const pauseMilliseconds = 250;

/** Search text of a list. The list is asked when typing pauses; the key `/` comes here from anywhere on the page. */
export function SearchBox(props: { label: string; value: string; onSearch: (text: string) => void }) {
  const { label, value, onSearch } = props;
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
  useSlashKey(input);

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

function useSlashKey(input: React.RefObject<HTMLInputElement | null>) {
  useEffect(() => {
    const focus = (event: KeyboardEvent) => {
      const typing =
        event.target instanceof HTMLElement && event.target.closest("input, textarea, select, [role=dialog]");
      if (event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey || typing) return;
      event.preventDefault();
      input.current?.focus();
    };
    document.addEventListener("keydown", focus);
    return () => document.removeEventListener("keydown", focus);
  }, [input]);
}
