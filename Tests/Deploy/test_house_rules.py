"""Every house rule can fail: each is broken once in a scratch tree."""
import pytest

import house_rules

BROKEN = {
    "the aggregator names a person's record": ("Sources/District/A.swift", "package import struct Compound.Household\n"),
    "the core does input and output": ("Sources/Federation/A.swift", "import GRDB\n"),
    "a vague name": ("Sources/Sync/RowManager.swift", "\n"),
    "a long file": ("Sources/Sync/A.swift", "\n" * (house_rules.LONGEST_FILE + 1)),
    "unfinished": ("Sources/Sync/A.swift", "// TO" "DO later\n"),
    "one machine's path": ("Tests/Sync/A.swift", 'let path = "/ho' 'me/someone/data"\n'),
    "a test that cannot fail": ("Tests/Sync/A.swift", "#expect(" "true)\n"),
    "a case in no table": ("Tests/Sync/A.swift", "@Test func case05SomethingElse() {}\n"),
    "a table without its test": ("Tests/README.md", "| 5 | `case05SomethingElse` |\n"),
    "text in a page": ("Sources/Compound/SurveyPage.swift", 'let title = "入户"\n'),
}


@pytest.mark.parametrize("path,text", BROKEN.values(), ids=BROKEN.keys())
def test_rule_fails(tmp_path, path, text):
    file = tmp_path / path
    file.parent.mkdir(parents=True)
    file.write_text(text, encoding="utf-8")
    assert [found[0] for found in house_rules.findings(tmp_path)] == [file]
    assert house_rules.main(tmp_path) == 1


def test_comment_in_a_page_may_be_chinese(tmp_path):
    file = tmp_path / "Sources/Compound/SurveyPage.swift"
    file.parent.mkdir(parents=True)
    file.write_text("import Federation  // 入户\n", encoding="utf-8")
    assert list(house_rules.findings(tmp_path)) == []
