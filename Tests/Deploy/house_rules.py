"""House rules that the compiler cannot hold. Each finding names the place and what to do instead.

    python3 Tests/Deploy/house_rules.py [ROOT]     exit 0 or 1
"""
import re
import sys
from pathlib import Path

LONGEST_FILE = 400
CHINESE = re.compile(r"[\u4e00-\u9fff]")
VAGUE_NAME = re.compile(r"(Manager|Helpers?|Util(s|ities|ity)?|Processor|Common|Misc)$")
UNFINISHED = re.compile(r"\b(TODO|FIXME|XXX)\b|not implemented", re.IGNORECASE)
ONE_MACHINES_PATH = re.compile(r"[\s\"'=(]/(home|root|work|Users)/[a-z]")
SKIPPED_TEST = re.compile(r"\.disabled\(|XCTSkip\(|withKnownIssue|mark\.skip\b|assert True\b|#expect\(true\)")
CASE = re.compile(r"\bcase\d\d[A-Z]\w+")
LINK = re.compile(r"\]\((?![a-z]+:|#)([^)#\s]+)")
IMPORT = re.compile(r"^\s*(?:@testable\s+)?(?:(?:public|package|internal)\s+)?import\s+(?:\w+\s+)?(\w+)")

# What a target must not import, beyond what Package.swift refuses: (importer, imported, reason).
WALLS = [
    ("District", {"Compound"}, "the aggregator cannot name a person's record; share what both need through Federation or Wire"),
    ("Compound", {"District"}, "a node knows its parent only by the protocol; share through Federation or Wire"),
    ("Federation", {"GRDB", "Hummingbird", "CCurl", "NIOCore"}, "the core is pure; input and output belong to Sync, Daemon or a stage"),
    ("Coverage", {"GRDB", "Hummingbird", "CCurl", "NIOCore"}, "statistics are pure; input and output belong to District"),
    ("Generator", {"GRDB", "Hummingbird", "CCurl", "Compound", "District"}, "truth is made apart from the daemons it judges"),
]


def lines(path):
    return enumerate(path.read_text(encoding="utf-8").splitlines(), 1)


def check_walls(root):
    for importer, imported, reason in WALLS:
        for path in sorted((root / "Sources" / importer).rglob("*.swift")):
            for number, line in lines(path):
                found = IMPORT.match(line)
                if found and found[1] in imported:
                    yield path, number, f"{importer} imports {found[1]}: {reason}"


def check_files(root):
    for path in sorted([*root.glob("Sources/**/*.*"), *root.glob("Tests/**/*.*")]):
        if path.suffix not in {".swift", ".c", ".h", ".py", ".sh", ".js", ".css"}:
            continue
        text = list(lines(path))
        if len(text) > LONGEST_FILE:
            yield path, len(text), f"more than {LONGEST_FILE} lines: split it by stage or by noun"
        if path.suffix == ".swift" and VAGUE_NAME.search(path.stem):
            yield path, 1, "the name says nothing: name what it is in the field's words"
        if path.name != Path(__file__).name:
            yield from check_lines(path, text)


def check_lines(path, text):
    page = path.suffix == ".swift" and ("Page" in path.stem or "Pages" in path.parts)
    for number, line in text:
        if UNFINISHED.search(line):
            yield path, number, "unfinished by its own words: finish it, or open an issue and say nothing here"
        if ONE_MACHINES_PATH.search(line):
            yield path, number, "a path of one machine: take it from the configuration, the environment or a scratch folder"
        if "Tests" in path.parts and SKIPPED_TEST.search(line):
            yield path, number, "a test that cannot fail: mend it or delete it"
        if page and "Tests" not in path.parts and CHINESE.search(line.split("//")[0]):
            yield path, number, "text for people inside a page: move it to the catalogues in CAssets/files"


def check_cases(root):
    """Tests/README.md lists every test of the catalogue of conflicts, and no test that isn't there."""
    table = root / "Tests/README.md"
    listed = set(CASE.findall(table.read_text(encoding="utf-8"))) if table.exists() else set()
    there = {}
    for path in sorted(root.glob("Tests/**/*.swift")):
        for number, line in lines(path):
            for name in CASE.findall(line) if "func case" in line else []:
                there[name] = path, number
    for name in sorted(there.keys() - listed):
        yield *there[name], f"{name} stands in no table: name its case, who is right and the sentence in Tests/README.md"
    for name in sorted(listed - there.keys()):
        yield table, 1, f"{name} is no test: write it, or take it out of the table"


def check_links(root):
    """A page that sends a newcomer to a file that isn't there."""
    pages = [*root.glob("*.md"), *root.glob("Deploy/**/*.md"), *root.glob("Sources/**/*.md"), *root.glob("Tests/**/*.md")]
    for path in sorted(pages):
        for number, line in lines(path):
            for target in LINK.findall(line):
                if not (path.parent / target).exists():
                    yield path, number, f"links to {target}, which isn't there: name where it went"


def findings(root):
    yield from check_walls(root)
    yield from check_files(root)
    yield from check_cases(root)
    yield from check_links(root)


def main(root):
    found = list(findings(root))
    for path, number, message in found:
        print(f"{path.relative_to(root)}:{number}: {message}", file=sys.stderr)
    print(f"house rules: {len(found)} findings")
    return 1 if found else 0


if __name__ == "__main__":
    default = Path(__file__).resolve().parents[2]
    sys.exit(main(Path(sys.argv[1]).resolve() if len(sys.argv) > 1 else default))
