"""Debian's own files, read anew: nothing here is shared with the product, whose word is compared with what comes of it."""

import collections
import json
import lzma
import re

RELEASE = "bullseye"

Advisory = collections.namedtuple("Advisory", "id title cves fixes")  # fixes: (source, version) of the release
Binary = collections.namedtuple("Binary", "name version architecture source source_version")
Statement = collections.namedtuple("Statement", "source cve fixed urgency")  # fixed: None while it is open


def advisories(path):
    """Those of the list that name a fixed version in the release, newest first as the list has them."""
    found = []
    with open(path, encoding="utf-8", errors="replace") as lines:
        for line in lines:
            head = re.match(r"\[[^]]*\] ((?:DSA|DLA)-\d+(?:-\d+)?) (.*)", line)
            fix = re.match(r"\s+\[(\w+)\]\s*-\s*(\S+)\s+(\d\S*)", line)
            if head:
                found.append(Advisory(head[1], head[2].strip(), [], []))
            elif fix and found and fix[1] == RELEASE:
                found[-1].fixes.append((fix[2], fix[3]))
            elif found and re.match(r"\s+[{C]", line):
                found[-1].cves.extend(re.findall(r"CVE-\d{4}-\d{4,}", line))
    return [advisory for advisory in found if advisory.fixes]


def binaries(path):
    """Of a Packages file, packed by xz or as it is; each name once."""
    with (lzma.open if path.endswith(".xz") else open)(path, "rt", encoding="utf-8") as file:
        stanzas = file.read().split("\n\n")
    found = {}
    for stanza in stanzas:
        fields = dict(re.findall(r"^([A-Za-z0-9-]+): (.*)$", stanza, re.MULTILINE))
        if "Package" not in fields:
            continue
        source = re.match(r"(\S+)(?: \((.*)\))?", fields.get("Source", fields["Package"]))
        found[fields["Package"]] = Binary(
            fields["Package"], fields["Version"], fields["Architecture"], source[1], source[2] or fields["Version"]
        )
    return list(found.values())


def statements(path):
    """What the tracker says of the release and thinks worth a finding: open, or fixed since a version."""
    with open(path, encoding="utf-8") as file:
        tracker = json.load(file)
    found = []
    for source, entries in sorted(tracker.items()):
        for cve, entry in sorted(entries.items()):
            state = entry.get("releases", {}).get(RELEASE)
            if not state or not cve.startswith("CVE-") or state["urgency"] in ("unimportant", "end-of-life"):
                continue
            if state["status"] == "open":
                found.append(Statement(source, cve, None, state["urgency"]))
            elif state["status"] == "resolved" and state.get("fixed_version", "0") != "0":
                found.append(Statement(source, cve, state["fixed_version"], state["urgency"]))
    return found


def advised(source):
    """The source that advisories speak of: a signed kernel's or boot loader's is the one that was signed."""
    name = re.sub(r"-(amd64|arm64|i386)(?=-|$)", "", source)
    if name == "grub-efi-signed":
        return "grub2"
    return re.sub(r"-signed(?=-|$)", "", name) if "-signed" in name else source


def by_source(packages, advisories_of_release, statements_of_release):
    """Binaries of each source that anything speaks of. A source that the index lacks gets one of its own name."""
    found = collections.defaultdict(list)
    for package in packages:
        found[advised(package.source)].append(package)
    spoken_of = {source for advisory in advisories_of_release for source, _ in advisory.fixes}
    spoken_of |= {statement.source for statement in statements_of_release}
    for source in sorted(spoken_of - found.keys()):
        found[source].append(Binary(source, "9999-1", "amd64", source, "9999-1"))
    return {source: sorted(found[source]) for source in sorted(spoken_of)}
