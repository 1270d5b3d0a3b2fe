"""OVAL definitions of the advisories: one that is true where a binary is below the fixed version, one where any is there.

OVAL knows binary packages alone: `dpkginfo` gives a binary's own version, and a source is the list of its binaries.
"""

from xml.sax.saxutils import escape

OVAL = "http://oval.mitre.org/XMLSchema/oval-definitions-5"
PREFIX = "oval:org.example.oracle"
HEAD = f"""<?xml version="1.0" encoding="UTF-8"?>
<oval_definitions xmlns="{OVAL}" xmlns:oval="http://oval.mitre.org/XMLSchema/oval-common-5"
  xmlns:linux="{OVAL}#linux" xmlns:ind="{OVAL}#independent">
<generator><oval:schema_version>5.11.1</oval:schema_version><oval:timestamp>2026-01-01T00:00:00</oval:timestamp></generator>
"""


class Document:
    """Definitions with what they refer to; each object, state and test stands once."""

    def __init__(self, os_release):
        self.parts = {kind: {} for kind in ("tst", "obj", "ste")}
        self.definitions = []
        path, line = escape(os_release), r'^VERSION_ID="11"$'
        self.release = self.test(
            "ind:textfilecontent54",
            f"<ind:filepath>{path}</ind:filepath><ind:pattern operation='pattern match'>{line}</ind:pattern>"
            "<ind:instance datatype='int'>1</ind:instance>",
            None,
        )

    def part(self, kind, element, inside, attributes=""):
        known = self.parts[kind]
        key = (element, inside, attributes)
        if key not in known:
            identifier = f"{PREFIX}:{kind}:{len(known) + 1}"
            text = f'<{element} id="{identifier}" version="1" {attributes}>{inside}</{element}>'
            known[key] = (identifier, text)
        return known[key][0]

    def test(self, kind, what, state):
        prefix = kind.split(":")[0]
        inside = f'<{prefix}:object object_ref="{self.part("obj", kind + "_object", what)}"/>'
        if state:
            inside += f'<{prefix}:state state_ref="{self.part("ste", kind + "_state", state)}"/>'
        attributes = 'check="at least one" check_existence="at_least_one_exists" comment="one"'
        return self.part("tst", kind + "_test", inside, attributes)

    def package(self, name, below=None):
        state = None
        if below:
            evr = below if ":" in below else "0:" + below
            state = f"<linux:evr datatype='debian_evr_string' operation='less than'>{escape(evr)}</linux:evr>"
        return self.test("linux:dpkginfo", f"<linux:name>{escape(name)}</linux:name>", state)

    def define(self, kind, title, tests):
        """True where the release is right and any of the tests holds."""
        identifier = f"{PREFIX}:def:{len(self.definitions) + 1}"
        criteria = "".join(f'<criterion test_ref="{test}"/>' for test in dict.fromkeys(tests))
        self.definitions.append(
            f'<definition id="{identifier}" version="1" class="{kind}"><metadata><title>{escape(title)}</title>'
            f'<description/></metadata><criteria operator="AND"><criterion test_ref="{self.release}"/>'
            f'<criteria operator="OR">{criteria}</criteria></criteria></definition>'
        )
        return identifier

    def text(self):
        sections = [("definitions", self.definitions)]
        for name, kind in (("tests", "tst"), ("objects", "obj"), ("states", "ste")):
            sections.append((name, [text for _, text in self.parts[kind].values()]))
        inside = "\n".join(f"<{name}>\n" + "\n".join(texts) + f"\n</{name}>" for name, texts in sections)
        return HEAD + inside + "\n</oval_definitions>\n"


def write(folder, advisories, sources):
    """`oval.xml` for one machine, and which definition says what of which advisory in `definitions`."""
    document, meaning = Document(folder + "/os-release"), []
    for advisory in advisories:
        fixed = [(package.name, version) for source, version in advisory.fixes for package in sources[source]]
        missing = [document.package(name, version) for name, version in fixed]
        applies = [document.package(name) for name, _ in fixed]
        meaning.append(("missing", advisory.id, document.define("patch", advisory.id + " missing", missing)))
        meaning.append(("applies", advisory.id, document.define("inventory", advisory.id + " applies", applies)))
    with open(folder + "/oval.xml", "w", encoding="utf-8") as file:
        file.write(document.text())
    with open(folder + "/definitions", "w", encoding="utf-8") as file:
        file.writelines(" ".join(row) + "\n" for row in meaning)
