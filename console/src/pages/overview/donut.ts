export type Slice = { key: string; value: number };
export type Arc = {
  key: string /** Share of the whole, 0–100. */;
  length: number /** Where it begins, 0–100. */;
  start: number;
};

/** Arcs of a ring for some values; a value that is there is never too thin to be seen. */
export function arcs(slices: Slice[], thinnest = 1.5): Arc[] {
  const total = slices.reduce((sum, { value }) => sum + value, 0);
  if (total === 0) return [];
  const wanted = slices.filter(({ value }) => value > 0);
  const widened = wanted.map(({ key, value }) => ({ key, length: Math.max((value / total) * 100, thinnest) }));
  const sum = widened.reduce((all, { length }) => all + length, 0);
  let start = 0;
  return widened.map(({ key, length }) => {
    const arc = { key, start, length: (length / sum) * 100 };
    start += arc.length;
    return arc;
  });
}
