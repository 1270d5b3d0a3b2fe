import { expect, it } from "vitest";
import { arcs } from "./donut";

it("shares the ring, one arc after the other, and leaves out what is zero", () => {
  expect(
    arcs([
      { key: "a", value: 3 },
      { key: "none", value: 0 },
      { key: "b", value: 1 },
    ]),
  ).toEqual([
    { key: "a", start: 0, length: 75 },
    { key: "b", start: 75, length: 25 },
  ]);
});

it("keeps one in ten thousand visible, and the ring whole", () => {
  const ring = arcs([
    { key: "most", value: 9999 },
    { key: "one", value: 1 },
  ]);
  expect(ring[1]?.length).toBeGreaterThan(1);
  expect(ring.reduce((sum, { length }) => sum + length, 0)).toBeCloseTo(100);
});

it("draws nothing of nothing", () => expect(arcs([{ key: "a", value: 0 }])).toEqual([]));
