"""The file that `debsecan` asks for: zlib over names, then packages with a name's place, flags and versions."""

import os
import zlib

URGENCIES = {"low": "L", "medium": "M", "high": "H"}


def write(folder, suite, advisories, statements):
    """A row for each advisory, for each of its CVEs, and for what the tracker says of the release."""
    rows = []
    for advisory in advisories:
        for source, version in advisory.fixes:
            for name in [advisory.id] + advisory.cves:
                rows.append((source, name, " ", version))
    for statement in statements:
        urgency = URGENCIES.get(statement.urgency, " ")
        rows.append((statement.source, statement.cve, urgency, statement.fixed or ""))
    names = sorted({name for _, name, _, _ in rows})
    places = {name: place for place, name in enumerate(names)}
    lines = ["VERSION 1"] + [f"{name},," for name in names] + [""]
    for source, name, urgency, version in sorted(set(rows)):
        # By source; exploitable remotely or not is unknown; `F`: there is a fix.
        flags = "S" + urgency + "?" + ("F" if version else " ")
        lines.append(f"{source},{places[name]},{flags},{version},")
    text = "\n".join(lines + ["", ""]) + "\n"
    os.makedirs(folder)
    with open(os.path.join(folder, suite), "wb") as file:
        file.write(zlib.compress(text.encode()))
