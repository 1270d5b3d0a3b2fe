"""Makes machines, and what `oscap` and `debsecan` need to judge them, of Debian's files alone.

make.py LIST TRACKER PACKAGES MACHINES FOLDER: the list of advisories, the tracker's JSON, a Packages index, how many
machines, and the folder into which all of it goes. The last machine is of another release.
"""

import collections
import os
import sys

import debian
import debsecan
import machines
import oval


def main(list_path, tracker_path, packages_path, count, into):
    advisories = debian.advisories(list_path)
    statements = debian.statements(tracker_path)
    sources = debian.by_source(debian.binaries(packages_path), advisories, statements)
    fixes = collections.defaultdict(list)
    for advisory in advisories:
        for source, version in advisory.fixes:
            fixes[source].append(version)
    for statement in statements:
        if statement.fixed:
            fixes[statement.source].append(statement.fixed)
    debsecan.write(os.path.join(into, "debsecan"), debian.RELEASE, advisories, statements)
    for number in range(int(count)):
        folder = os.path.join(into, f"machine-{number:02}")
        is_last = number + 1 == int(count)
        machines.make(folder, number, sources, fixes, "12" if is_last else "11")
        oval.write(folder, advisories, sources)


if __name__ == "__main__":
    main(*sys.argv[1:])
