"""Draws what a fleet costs as it grows: growth.svg, and growth.md with the numbers, in the folder that is named.

Reads one JSON document from standard input, what `fettle-bench --only growth` measured, smallest fleet first:

    [{"hosts": 10000, "indexSeconds": 0.4, "bytesPerHost": 2900,
      "questions": [{"name": "count", "middle": 0.02}, …]}, …]

Both axes of all three charts are logarithmic. Greys and colours are of middling brightness, so that the picture can be
read on white and on dark ground.
"""

import html
import json
import math
import os
import pathlib
import sys

WIDTH, HEIGHT = 1000, 760
GREY = "#7b848c"
FAINT = "#9aa3ab"
COLOURS = ["#2f86d6", "#d9730d", "#2a9d63", "#c2559d", "#b8860b", "#7a6ff0", "#d64545", "#1d9aa8"]
DASHES = ["", "7 3", "2 3"]
# Least distance of two labels, in pixels.
LINE = 15


class Axis:
    """A logarithmic one, from pixel to pixel."""

    def __init__(self, values, pixels):
        self.low = math.floor(math.log10(min(values)) + 1e-9)
        self.high = max(math.ceil(math.log10(max(values)) - 1e-9), self.low + 1)
        self.begin, self.end = pixels

    def at(self, value):
        share = (math.log10(value) - self.low) / (self.high - self.low)
        return self.begin + share * (self.end - self.begin)

    def powers(self):
        return [10.0**power for power in range(self.low, self.high + 1)]


def number(value):
    """Two significant digits, at least."""
    if value >= 10:
        return f"{value:,.0f}".replace(",", " ")
    return f"{value:.1f}" if value >= 1 else f"{value:.2g}"


def hosts(value):
    value = int(round(value))
    if value >= 1_000_000:
        return f"{value // 1_000_000} M"
    return f"{value // 1_000} k" if value >= 1_000 else str(value)


def text(x, y, words, anchor="start", size=12, fill=GREY):
    place = f'x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}"'
    return f'<text {place} font-size="{size}" fill="{fill}">{html.escape(words)}</text>'


def line(points, colour, dash="", width=1.8):
    places = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
    dashed = f' stroke-dasharray="{dash}"' if dash else ""
    return f'<polyline points="{places}" fill="none" stroke="{colour}" stroke-width="{width}"{dashed}/>'


def frame(title, x_axis, y_axis, unit):
    """Title, grid and what stands at it."""
    parts = [text(x_axis.begin, y_axis.end - 16, title, size=14)]
    for power in y_axis.powers():
        y = y_axis.at(power)
        parts.append(
            f'<path d="M{x_axis.begin:.1f} {y:.1f}H{x_axis.end:.1f}" stroke="{FAINT}" stroke-opacity="0.35"/>'
        )
        parts.append(text(x_axis.begin - 8, y + 4, f"{power:,g} {unit}".replace(",", " "), "end"))
    for power in x_axis.powers():
        x = x_axis.at(power)
        parts.append(
            f'<path d="M{x:.1f} {y_axis.begin:.1f}V{y_axis.end:.1f}" stroke="{FAINT}" stroke-opacity="0.35"/>'
        )
        parts.append(text(x, y_axis.begin + 18, hosts(power), "middle"))
    return parts


def spread(wanted):
    """Places of labels near those that are wanted, from the top to the bottom and not upon one another."""
    order = sorted(range(len(wanted)), key=lambda place: wanted[place])
    found = dict.fromkeys(order, 0.0)
    groups = []
    for place in order:
        groups.append([[place], wanted[place]])
        while len(groups) > 1 and groups[-2][1] + reach(groups[-2]) > groups[-1][1] - reach(groups[-1]):
            (later, _), (earlier, _) = groups.pop(), groups.pop()
            members = earlier + later
            groups.append([members, sum(wanted[member] for member in members) / len(members)])
    for members, middle in groups:
        for offset, member in enumerate(members):
            found[member] = middle + (offset - (len(members) - 1) / 2) * LINE
    return [found[place] for place in range(len(wanted))]


def reach(group):
    return len(group[0]) * LINE / 2


def questions(sizes, points):
    names = [question["name"] for question in points[0]["questions"]]
    rows = [[point["questions"][place]["middle"] for point in points] for place in range(len(names))]
    x_axis = Axis(sizes, (70, 690))
    y_axis = Axis([value for row in rows for value in row], (500, 40))
    parts = frame("A question, in milliseconds (middle of its runs)", x_axis, y_axis, "ms")
    labels = spread([y_axis.at(row[-1]) for row in rows])
    for place, (name, row, label) in enumerate(zip(names, rows, labels)):
        colour = COLOURS[place % len(COLOURS)]
        drawn = [(x_axis.at(size), y_axis.at(value)) for size, value in zip(sizes, row)]
        parts.append(line(drawn, colour, DASHES[place // len(COLOURS) % len(DASHES)]))
        x, y = drawn[-1]
        parts.append(f'<path d="M{x:.1f} {y:.1f}L{x_axis.end + 22} {label:.1f}" stroke="{colour}" fill="none"/>')
        parts.append(text(x_axis.end + 27, label + 4, f"{name}: {number(row[-1])}", fill=colour))
    return parts


def single(title, unit, sizes, values, pixels):
    x_axis, y_axis = Axis(sizes, pixels), Axis(values, (710, 590))
    parts = frame(title, x_axis, y_axis, unit)
    drawn = [(x_axis.at(size), y_axis.at(value)) for size, value in zip(sizes, values)]
    parts.append(line(drawn, COLOURS[0], width=2.2))
    for (x, y), value in zip(drawn, values):
        parts.append(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3" fill="{COLOURS[0]}"/>')
        parts.append(text(x + 5, y - 8, number(value), fill=COLOURS[0]))
    return parts


def picture(points):
    sizes = [point["hosts"] for point in points]
    parts = questions(sizes, points)
    parts += single("Memory of a host", "B", sizes, [point["bytesPerHost"] for point in points], (110, 430))
    parts += single("Index rebuilt at start", "s", sizes, [point["indexSeconds"] for point in points], (590, 910))
    parts.append(text(WIDTH / 2, HEIGHT - 8, "hosts", "middle"))
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" role="img"'
        ' font-family="system-ui, sans-serif"><title>Cost as the fleet grows</title>'
    )
    return "\n".join([head, *parts, "</svg>"]) + "\n"


def page(points):
    def row(cells):
        return f"| {' | '.join(cells)} |"

    sizes = [number(point["hosts"]) for point in points]
    rows = []
    for place, question in enumerate(points[0]["questions"]):
        rows.append([question["name"], *(number(point["questions"][place]["middle"]) for point in points)])
    rows.append(["index rebuilt, s", *(number(point["indexSeconds"]) for point in points)])
    rows.append(["memory of a host, bytes", *(number(point["bytesPerHost"]) for point in points)])
    words = [
        "# Cost as the fleet grows",
        "",
        "What questions in QQL, memory and the start take with more hosts. The page and its picture are made by",
        "`fettle-bench --only growth` of a release build, which simulates the fleets; the questions stand in",
        "[benches/queries.qql](../benches/queries.qql). Times are the middle one of up to 15 runs on "
        f"{os.cpu_count()} cores. Memory is what agents",
        "and index add to the process, components and patches among it, which all hosts share.",
        "",
        "![Milliseconds of each question, bytes of a host, seconds of the start, over the number of hosts](growth.svg)",
        "",
        row(["milliseconds, with hosts", *sizes]),
        row(["---", *("---:" for _ in sizes)]),
        *(row(cells) for cells in rows),
    ]
    return "\n".join(words) + "\n"


def main():
    folder = pathlib.Path(sys.argv[1])
    points = json.load(sys.stdin)
    (folder / "growth.svg").write_text(picture(points), encoding="utf-8")
    (folder / "growth.md").write_text(page(points), encoding="utf-8")


if __name__ == "__main__":
    main()
