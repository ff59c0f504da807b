"""Workbooks as offices keep them, written by openpyxl and LibreOffice, into a real node."""

import io
import re
import subprocess
import uuid
import zipfile

import openpyxl
import pytest
from conftest import Node, eventually, run
from openpyxl.styles import Font
from records import UNIT
from workbooks import HEAD, doors, hand_in, opened, page, posted, registered, saved, send, shaped, with_names, with_part, workbook

TOKEN = "jyu_" + "0" * 64


@pytest.fixture
def node(stage, tmp_path):
    return stage(Node(tmp_path, UNIT, TOKEN, 9))



def test_a_sheet_for_each_building_as_an_office_keeps_it(node):
    book = openpyxl.Workbook()
    notes = book.active
    notes.title = "说明"
    notes["A1"] = "本表由王莹整理"
    for number in (3, 5):
        sheet = book.create_sheet(f"{number}栋" if number == 3 else f"{number}号楼")
        sheet["A1"] = f"千千水岸{number}栋住户花名册"
        sheet["A1"].font = Font(bold=True)
        sheet.merge_cells("A1:E1")
        for column, word in enumerate(["单元", "房号", "户主", "家庭人口", "联系电话"], 1):
            sheet.cell(3, column, word)
        sheet.cell(4, 1, "1单元")
        sheet.merge_cells("A4:A5")
        for row, (room, residents) in enumerate([(101, 3), ("102室", 2.0)], 4):
            sheet.cell(row, 2, room), sheet.cell(row, 3, "张"), sheet.cell(row, 4, residents)
            sheet.cell(row, 5, 13912345678)
        sheet.cell(6, 1, "小计"), sheet.cell(6, 4, "=SUM(D4:D5)")
        sheet.cell(9, 1, "2单元"), sheet.cell(9, 2, 1101.0), sheet.cell(9, 4, "４"), sheet.cell(9, 5, 1.3912345678e10)
    hidden = book.create_sheet("9栋")
    hidden.append(["单元", "房号", "人数"])
    hidden.append([1, 101, 3])
    hidden.sheet_state = "hidden"
    report = send(node, saved(book))
    assert (report["good"], report["refused"], report["applied"]) == (6, 0, True), report
    assert {sheet["name"]: sheet["skipped"] for sheet in report["sheets"]} == {
        "说明": "columns_missing", "3栋": "", "5号楼": "", "9栋": "sheet_hidden"}
    assert {code: (b["doors"], b["residents"]) for code, b in registered(node).items()} == {"3": (3, 9), "5": (3, 9)}
    assert send(node, saved(book))["unchanged"] == 6, "the same file again says nothing new"


def test_every_way_a_cell_may_hold_its_value(node):
    from openpyxl.cell.rich_text import CellRichText, TextBlock
    from openpyxl.cell.text import InlineFont
    rich = CellRichText("7", TextBlock(InlineFont(b=True), "号楼"))
    book = openpyxl.Workbook()
    for row in [HEAD, [rich, 1, 101, 1, "自住"], ["7#", "１单元", "１０２", 2, "出租"], [7, "1", 103.0, "3", "群租"],
                ["7栋\n", 1, 104, 0, "空置"], ["1栋A座", None, 201, 1, None]]:
        book.active.append(row)
    report = send(node, saved(book))
    assert (report["good"], report["problems"]) == (5, []), report
    opened(node)
    assert sorted(doors(node, "7")) == ["7-1-101", "7-1-102", "7-1-103", "7-1-104"]
    assert doors(node, "1A").keys() == {"1A-1-201"}
    # With shared strings, some of them in runs and with how they are read aloud.
    report = send(node, shared_strings())
    assert report["good"] == 1 and doors(node, "9").keys() == {"9-1-101"}, report
    # With formulas' values, with prefixes and without places: what other programs write.
    sheet = ("<x:worksheet xmlns:x='http://purl.oclc.org/ooxml/spreadsheetml/main'><x:sheetData>"
             + "".join("<x:row>" + "".join(f"<x:c t='inlineStr'><x:is><x:t>{word}</x:t></x:is></x:c>" for word in row)
                       + "</x:row>" for row in [HEAD[:4]])
             + "<x:row r='5'><x:c t='str'><x:f>A1</x:f><x:v>8栋</x:v></x:c><x:c><x:v>1</x:v></x:c>"
               "<x:c><x:v>1.101E3</x:v></x:c><x:c r='D5'><x:f>SUM(D2)</x:f><x:v>2</x:v></x:c></x:row>"
               "</x:sheetData></x:worksheet>")
    report = send(node, with_part(workbook(("Sheet1", [[1]])), "xl/worksheets/sheet1.xml", sheet.encode()))
    assert report["good"] == 1, report
    assert doors(node, "8")["8-1-1101"]["residents"] == 2


def shared_strings():
    """As Excel writes texts: each once, cells name them by place."""
    words = ["<si><t>楼栋</t></si>", "<si><t>单元</t></si>", "<si><t>房号</t></si>", "<si><t>人数</t></si>",
             "<si><r><rPr><b/></rPr><t>9</t></r><r><t xml:space='preserve'>栋</t></r><rPh sb='0' eb='1'><t>jiu</t></rPh></si>",
             "<si><t>1_x000D_单元</t></si>"]
    rows = ("<row r='1'>" + "".join(f"<c t='s'><v>{n}</v></c>" for n in range(4)) + "</row><row r='2'>"
            "<c t='s'><v>4</v></c><c t='s'><v>5</v></c><c><v>101</v></c><c><v>3</v></c></row>")
    book = with_part(workbook(("Sheet1", [[1]])), "xl/worksheets/sheet1.xml",
                     f"<worksheet><sheetData>{rows}</sheetData></worksheet>".encode())
    old = zipfile.ZipFile(io.BytesIO(book))
    rels = old.read("xl/_rels/workbook.xml.rels").replace(
        b"</Relationships>", b'<Relationship Type="http://x/relationships/sharedStrings" Target="sharedStrings.xml" Id="s"/></Relationships>')
    files = {name: old.read(name) for name in old.namelist()} | {
        "xl/_rels/workbook.xml.rels": rels, "xl/sharedStrings.xml": f"<sst>{''.join(words)}</sst>".encode()}
    return with_names(files)


def test_problems_are_named_by_sheet_and_row(node):
    import datetime
    data = workbook(
        ("3栋", [["单元", "房号", "人数"], [1, 101, 3], [], [1, "x-y", 2], [1, datetime.date(2022, 3, 2), 2]]),
        ("甲区", [HEAD, ["3", 1, 101, 4, ""], ["4", 1, 101, "三人", ""]]))
    report = send(node, data, apply=0)
    assert [(p["sheet"], p["line"], p["code"]) for p in report["problems"]] == [
        ("3栋", 4, "not_a_room"), ("3栋", 5, "not_a_room"), ("甲区", 2, "door_twice_elsewhere"), ("甲区", 3, "residents_invalid")]
    assert "2022-03-02" in report["problems"][1]["message"], "a room that became a day is shown as one"
    assert "3栋" in report["problems"][2]["message"]
    assert registered(node) == {}, "a preview writes nothing"
    shown = page(hand_in(node, data))
    assert "甲区" in shown and "Line 4:" in shown and 'name="upload"' in shown
    key = re.search(r'name="upload" value="([0-9a-f]{32})"', shown)[1]
    taken = page(posted(node, f"upload={key}&apply=1"))
    assert "1 lines taken" in taken and registered(node)["3"]["doors"] == 1
    gone = node.fetch("/desk/registry/import?lang=en", "POST", f"upload={key}&apply=1")
    assert gone[0] == 400 and b"choose the file" in gone[1]


# Columns


def select(shown, name):
    return re.search(rf'<select form="(\w+)" name="{re.escape(name)}".*?</select>', shown, re.S)


def test_columns_are_chosen_once_and_remembered(node):
    rows = [["甲", "乙", "丙", "丁"], ["7栋", "1单元", "101室", 3], ["7栋", "1单元", "102室", 2]]
    data = workbook(("Sheet1", rows))
    shown = page(hand_in(node, data))
    assert "columns are missing" in shown and "7栋" in shown and select(shown, "column.0.3")
    fields = dict(re.findall(r'<input type="hidden" form="kept" name="([\w.]+)" value="(\w+)"', shown))
    key = re.search(r'name="upload" value="(\w+)"', shown)[1]
    fields |= {f"column.0.{n}": role for n, role in enumerate(["building", "stair_unit", "room", "residents"])}
    form = "&".join(f"{name}={value}" for name, value in (fields | {"upload": key, "apply": "0"}).items())
    shown = page(posted(node, form))
    assert "2 can be taken" in shown and "Read as chosen on" in shown, "a page that can be asked for again says when"
    assert 'value="residents" selected' in select(shown, "column.0.3")[0]
    # The next file with this head, and the same table pasted or sent by a script.
    assert "Read as chosen on" in page(hand_in(node, data))
    pasted = "\n".join("\t".join(map(str, row)) for row in rows).encode()
    report = send(node, pasted)
    assert report["good"] == 2 and [c["role"] for c in report["columns"][0]] == ["building", "stair_unit", "room", "residents"]
    assert send(node, data)["unchanged"] == 2
    node.stop()
    node.start()
    assert send(node, data)["unchanged"] == 2, "after a restart too"


def test_a_column_that_was_guessed_wrong_is_changed(node):
    table = "楼栋,单元,房号,人数,实际人数\n7,1,101,9,3\n"
    shown = page(posted(node, ("apply=0&table=" + table.replace("\n", "%0A")).encode()))
    assert "Guessed by the names" in shown and select(shown, "column.0.4")[1] == "table"
    head = re.search(r'name="head.0" value="(\w+)"', shown)[1]
    roles = ["building", "stair_unit", "room", "", "residents"]
    form = f"head.0={head}&columns.0=5&apply=1&table=" + table.replace("\n", "%0A") + "".join(
        f"&column.0.{place}={role}" for place, role in enumerate(roles))
    assert "1 lines taken" in page(posted(node, form.encode()))
    assert registered(node)["7"]["residents"] == 3


# What would go


def test_what_a_table_does_not_name_is_shown_before(node):
    shaped(node)
    node.record({"kind": "household", "id": uuid.uuid4().hex, "door": "7-1-102", "residents": 2, "state": "let",
                 "recorder": "s01", "observed_at": 1649242800})
    data = workbook(("7栋", [["单元", "房号", "人数"], [1, 101, 3]]))
    report = send(node, data, apply=0)
    assert (report["going"], report["staying"]) == (
        {"count": 2, "doors": ["7-1-201", "7-1-202"]}, {"count": 1, "doors": ["7-1-102"]})
    shown = page(hand_in(node, data))
    assert "2 doors are known by the buildings&#39; shape alone" in shown and "7-1-201, 7-1-202" in shown
    assert "1 doors of the registry have no good line in the table and stay: 7-1-102" in shown
    assert registered(node)["7"]["doors"] == 4
    (node.folder / "t.xlsx").write_bytes(data)
    said = run("import", node.folder / "t.xlsx", "--dry-run", "--config", node.config).stdout
    assert "2 doors without a line would be no doors any more: 7-1-201 7-1-202" in said, said
    send(node, data)
    assert registered(node)["7"]["doors"] == 2


def test_two_households_shops_and_garages(node):
    data = workbook(("7栋", [["单元", "房号", "人数", "状态"], [2, "1101甲", 3, "自住"], [2, "1101乙", 1, "出租"],
                            [2, "1102", 2, ""], [1, "车库12", 2, ""], [1, "车库13", None, ""], [1, "商铺5", 0, "商铺"],
                            [1, "门面6", 4, "门面"], [1, "101", 1, "车库"], [1, "102", None, "空置"]]))
    report = send(node, data)
    assert report["problems"] == [] and report["good"] == 9, report
    opened(node)
    states = {code: (door["residents"], door["state"]) for code, door in doors(node, "7").items()}
    assert states == {
        "7-2-1101.1": (3, "occupied"), "7-2-1101.2": (1, "let"), "7-2-1102": (2, "occupied"),
        "7-1-CK12": (2, "occupied"), "7-1-CK13": (0, "not_dwelling"), "7-1-SP5": (0, "not_dwelling"),
        "7-1-MM6": (4, "occupied"), "7-1-101": (1, "occupied"), "7-1-102": (0, "vacant")}
    assert registered(node)["7"]["households"] == 6, "a garage in which somebody lives is a home"


# Large


def test_a_long_table_shows_how_far_it_is(node):
    data = workbook(("住户", [HEAD] + [[n // 100 + 1, 1, 100 + n % 100, n % 5, ""] for n in range(5000)]))
    status, _, headers = hand_in(node, data, apply=1)
    assert status == 303 and "/registry/import/" in headers["location"]
    seen = []

    def through():
        status, text, headers = node.fetch(headers_of["location"])
        seen.append(text.decode())
        return status == 200 and "refresh" not in {name.lower() for name in headers}
    headers_of = headers
    eventually(through, within=120, every=0.01)
    assert any(re.search(r"Taking a table: \d+ of 5000 lines", shown) for shown in seen)
    assert "5000 lines taken" in seen[-1]
    assert sum(building["doors"] for building in registered(node).values()) == 5000


# The other program that writes workbooks


def test_what_libreoffice_writes(node, tmp_path):
    table = "千千水岸住户花名册\n楼栋,单元,房号,电话,人数,状态\n7号楼,1单元,101室,13912345678,3,自住\n,,102室,13912345679,2,出租\n合计,,,,5,\n"
    (tmp_path / "list.csv").write_text(table, encoding="utf-8")
    for kind in ("xlsx", "ods", "xls"):
        subprocess.run(["soffice", "--headless", "--infilter=CSV:44,34,76,1", f"-env:UserInstallation=file://{tmp_path}/office",
                        "--convert-to", kind, "--outdir", tmp_path, tmp_path / "list.csv"], check=True, capture_output=True, timeout=300)
    report = send(node, (tmp_path / "list.xlsx").read_bytes())
    assert (report["good"], report["refused"]) == (2, 0), report
    opened(node)
    assert {code: door["residents"] for code, door in doors(node, "7").items()} == {"7-1-101": 3, "7-1-102": 2}
    assert send(node, (tmp_path / "list.ods").read_bytes(), expected=422)["fault"]["code"] == "workbook_open_document"
    assert send(node, (tmp_path / "list.xls").read_bytes(), expected=422)["fault"]["code"] == "workbook_old"
