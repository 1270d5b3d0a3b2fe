"""Machines of the release: a dpkg status made of the index's packages at versions around those that advisories fix."""

import hashlib
import os
import re

BROKEN = ["deinstall ok config-files", "install ok unpacked", "install reinstreq half-installed"]
PRESENT = ["install ok half-configured", "install ok triggers-pending", "hold ok installed"]
NEWEST = "index"


class Chance:
    """The same choices on every run and with every Python."""

    def __init__(self, *of):
        self.of, self.count = "/".join(map(str, of)), 0

    def below(self, end):
        self.count += 1
        digest = hashlib.sha256(f"{self.of}/{self.count}".encode()).digest()
        return int.from_bytes(digest[:8], "big") % end

    def percent(self, share):
        return self.below(100) < share

    def one_of(self, choices):
        return choices[self.below(len(choices))]


def levels(fixes):
    """Versions that matter: each that fixes something, just below it, an old one, and what the index has."""
    found = [NEWEST]
    for version in fixes:
        epoch = version.split(":")[0] + ":" if ":" in version else ""
        found += [version, version + "~", epoch + "0.0.1-1"]
    return found


def stanza(package, level, status, architecture, rebuilt):
    """A package at a level: its number is its source's, unless the index shows that it has one of its own."""
    signed = "-signed" in package.source
    has_own_number = package.version != package.source_version and not package.source.startswith("linux-signed")
    version, source_version = package.version, package.source_version
    if level != NEWEST:
        source_version = level
        if signed:
            # A signature's number: the revision stands behind a plus, and a boot loader's own number before it.
            source_version = ("" if package.source.startswith("linux") else "1+") + level.replace("-", "+")
        version = version if has_own_number else level
        if package.source.startswith("grub-efi"):
            version = source_version
    if rebuilt and not signed:
        version += "+b1"
    lines = [f"Package: {package.name}", f"Status: {status}", f"Architecture: {architecture}"]
    if package.source != package.name or version != source_version:
        lines.append(f"Source: {package.source}" + (f" ({source_version})" if version != source_version else ""))
    return "\n".join(lines + [f"Version: {version}", f"Description: {package.name}", ""])


def status(number, sources, fixes):
    """The text of one machine's status file."""
    chance = Chance("machine", number)
    stanzas = []
    for source, packages in sources.items():
        if not chance.percent(75):
            continue
        of_source = chance.one_of(levels(fixes.get(source, [])))
        wanted = [package for package in packages if chance.percent(max(10, 300 // len(packages)))]
        for package in wanted or packages[:1]:
            # Kernels of different versions stand side by side; other binaries of a source move together.
            is_kernel = source == "linux" and re.search(r"-\d", package.name)
            level = chance.one_of(levels(fixes[source])) if is_kernel else of_source
            state = "install ok installed"
            if chance.percent(6):
                state = chance.one_of(BROKEN)
            elif chance.percent(6):
                state = chance.one_of(PRESENT)
            architecture = package.architecture
            if architecture != "all" and chance.percent(5):
                other = chance.one_of(levels(fixes.get(source, [])))
                stanzas.append(stanza(package, other, "install ok installed", "i386", False))
                if chance.percent(50):
                    continue
            stanzas.append(stanza(package, level, state, architecture, chance.percent(15)))
    return "\n".join(stanzas)


def make(folder, number, sources, fixes, version_id):
    """One machine's folder: its status, its release, and how libapt (which `oscap` asks) is turned to it."""
    os.makedirs(folder)
    files = {
        "status": status(number, sources, fixes),
        "os-release": f'ID=debian\nVERSION_ID="{version_id}"\n',
        "apt.conf": f'APT::Architecture "amd64";\nAPT::Architectures {{ "amd64"; "i386"; }};\nDir "{folder}";\n'
        f'Dir::State::status "{folder}/status";\nDir::Cache::pkgcache "";\nDir::Cache::srcpkgcache "";\n',
    }
    for name, text in files.items():
        with open(os.path.join(folder, name), "w", encoding="utf-8") as file:
            file.write(text)
