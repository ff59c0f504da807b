"""The registry as a file that goes out, and the same file coming back."""

import io
import uuid

import openpyxl
import pytest
from conftest import CAMPAIGN, Node
from records import UNIT
from workbooks import HEAD, hand_in, opened, registered, saved, send, shaped, workbook

TOKEN = "jyu_" + "0" * 64


@pytest.fixture
def node(stage, tmp_path):
    return stage(Node(tmp_path, UNIT, TOKEN, 9))


HOSTILE = ["=HYPERLINK(\"http://x\")", "+1", "-1", "@SUM(A1)", "'=x", "＝1", "a,b;\"c\"", "<b>&amp;"]


@pytest.mark.parametrize("lang", ["zh-Hans", "en"])
def test_an_export_says_all_and_imported_again_changes_nothing(node, lang):
    shaped(node)
    for number, address in enumerate(HOSTILE, 101):
        node.record({"kind": "household", "id": uuid.uuid4().hex, "door": f"8-1-{number}", "residents": number - 100,
                     "state": ["occupied", "let", "group_let", "vacant", "not_dwelling"][number % 5], "address": address,
                     "recorder": "s01", "observed_at": 1649242800})
    node.record({"kind": "household", "id": uuid.uuid4().hex, "door": "7-1-101", "residents": 0, "state": "occupied",
                 "recorder": "s01", "observed_at": 1649242800})
    node.record({"kind": "visit", "id": uuid.uuid4().hex, "campaign": CAMPAIGN, "door": "8-1-101",
                 "disposition": "completed", "people": {"tested": 2, "absent": 1}, "recorder": "v01",
                 "observed_at": 1649242900})
    status, csv, headers = node.fetch(f"/export/registry.csv?lang={lang}")
    assert status == 200 and csv.startswith(b"\xef\xbb\xbf") and CAMPAIGN in headers["content-disposition"]
    status, xlsx, headers = node.fetch(f"/export/registry.xlsx?lang={lang}")
    assert status == 200 and "spreadsheetml" in headers["content-type"]
    sheet = openpyxl.load_workbook(io.BytesIO(xlsx)).active
    rows = [[cell.value for cell in row] for row in sheet.iter_rows()]
    assert len(rows) == 1 + 4 + len(HOSTILE) and len(rows[0]) == 18
    assert [row[5] for row in rows[5:]] == HOSTILE
    assert all(cell.data_type in "sn" for row in sheet.iter_rows() for cell in row), "nothing is a formula"
    assert all(cell.data_type == "s" for row in sheet.iter_rows(min_row=2, max_col=3) for cell in row), "rooms are text"
    assert rows[1][3] == 0 and rows[2][3:6] == [None] * 3, "zero and unknown are two things"
    assert rows[5][7:10] == [1, 2, 0] and rows[5][17] == 1 and rows[6][8] is None
    for line, address in zip(csv.decode("utf-8-sig").splitlines()[5:], HOSTILE):
        assert not any(field.strip('"')[:1] in "=+-@＝" for field in line.split(",") if field), line
    before = node.status()["seq"], registered(node)
    for data in (csv, xlsx):
        report = send(node, data)
        assert (report["refused"], report["good"], report["unchanged"]) == (0, 12, 12), report
        assert (report["going"]["count"], report["staying"]["count"]) == (0, 0)
    assert (node.status()["seq"], registered(node)) == before


def test_an_export_that_is_filled_in_bit_by_bit_loses_no_door(node):
    shaped(node)
    opened(node)
    book = openpyxl.load_workbook(io.BytesIO(node.fetch("/export/registry.xlsx")[1]))
    book.active["D2"] = 3
    report = send(node, saved(book))
    assert (report["good"], report["unchanged"], report["refused"]) == (4, 3, 0), report
    assert (registered(node)["7"]["doors"], registered(node)["7"]["residents"]) == (4, 3)
    book.active.append(["7", "1", "999"])
    assert [p["code"] for p in send(node, saved(book), apply=0)["problems"]] == ["residents_missing"]


def test_exports_are_behind_the_pin(stage, tmp_path):
    node = stage(Node(tmp_path, UNIT, TOKEN, 9, pin="246810"))
    node.secret = None
    for name in ("registry.csv", "registry.xlsx"):
        assert node.fetch(f"/export/{name}")[0] == 303
    assert hand_in(node, workbook(("1栋", [HEAD])))[0] == 303
