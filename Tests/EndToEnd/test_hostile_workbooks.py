"""Files that are no workbook, or that somebody made to do harm: an error each, and the node goes on."""

import json

import pytest
from conftest import Node
from records import UNIT
from workbooks import HEAD, hand_in, registered, with_names, with_part, workbook

TOKEN = "jyu_" + "0" * 64


@pytest.fixture
def node(stage, tmp_path):
    return stage(Node(tmp_path, UNIT, TOKEN, 9))


def hostile():
    good = workbook(("1栋", [HEAD, [1, 1, 101, 3, ""]]))
    sheet = "xl/worksheets/sheet1.xml"
    cell = "<worksheet><sheetData><row r='1'>%s</row></sheetData></worksheet>"
    bomb = b"<?xml version='1.0'?><!DOCTYPE a [<!ENTITY a 'x'><!ENTITY b '&a;&a;&a;'>]><worksheet><v>&b;</v></worksheet>"
    locked = bytearray(good)
    for place in range(len(locked) - 8):
        if locked[place:place + 4] == b"PK\x01\x02":
            locked[place + 8] |= 1
    return {
        "truncated": (good[:-200], "workbook_damaged"), "head only": (good[:30], "workbook_damaged"),
        "flipped": (good[:1000] + bytes([good[1000] ^ 0x55]) + good[1001:], None),
        "bomb": (with_part(good, sheet, b"<worksheet>" + b" " * 100_000_000 + b"</worksheet>"), "workbook_too_large"),
        "entities": (with_part(good, sheet, bomb), "workbook_declares_type"),
        "not xml": (with_part(good, sheet, b"<worksheet><row>"), "workbook_not_xml"),
        "no such string": (with_part(good, sheet, (cell % "<c t='s'><v>99999</v></c>").encode()), "workbook_damaged"),
        "column": (with_part(good, sheet, (cell % "<c r='ZZZZ1'><v>1</v></c>").encode()), "workbook_damaged"),
        "wide": (with_part(good, sheet, (cell % "".join("<c r='XFD1'><v>1</v></c></row><row>" for _ in range(200))).encode()),
                 "workbook_too_many_cells"),
        "row": (with_part(good, sheet, b"<worksheet><row r='99999999999999999999'/></worksheet>"), "workbook_damaged"),
        "deep": (with_part(good, sheet, b"<a>" * 200_000), "workbook_not_xml"),
        "encrypted": (bytes(locked), "workbook_encrypted"),
        "password": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 512 + "EncryptedPackage".encode("utf-16le"), "workbook_encrypted"),
        "xls": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 2000, "workbook_old"),
        "zip": (with_names({"a/../../../etc/passwd": b"x"}), "workbook_not_a_workbook"),
        "ods": (with_names({"mimetype": b"application/vnd.oasis.opendocument.spreadsheet", "content.xml": b"<a/>"}),
                "workbook_open_document"),
        "no sheet": (with_part(good, "xl/_rels/workbook.xml.rels", b"<Relationships/>"), None),
    }


@pytest.mark.parametrize("kind", list(hostile()))
def test_what_is_no_workbook_is_told_and_harms_nothing(node, kind):
    data, code = hostile()[kind]
    status, text, _ = node.fetch("/api/v1/registry/import?lang=en", "POST", data)
    if code:
        fault = json.loads(text)["fault"]
        assert (status, fault["code"]) == (422, code), text
        assert "⟦" not in fault["message"] + fault["hint"] and fault["hint"]
        shown = hand_in(node, data)
        assert shown[0] == 200 and fault["hint"].split(";")[0].split("\"")[0] in shown[1].decode()
    else:
        assert status in (200, 422), text
    assert node.healthy() and registered(node) == {}


def test_a_form_that_no_browser_sends_is_refused(node):
    kind = {"content-type": "multipart/form-data; boundary=x"}
    for body in (b"", b"--x", b"--x\r\n\r\n", b'--x\r\nContent-Disposition: form-data; name="file"; filename="a"\r\n\r\n123', b"--y--"):
        status, text, _ = node.fetch("/desk/registry/import?lang=en", "POST", body, kind)
        assert status == 400 and b"incomplete" in text, (body, text[-500:])
    empty = b'--x\r\nContent-Disposition: form-data; name="file"; filename=""\r\n\r\n\r\n--x--\r\n'
    status, text, _ = node.fetch("/desk/registry/import?lang=en", "POST", empty, kind)
    assert status == 400 and b"no file was chosen" in text
    wide = {"content-type": "multipart/form-data"}
    assert node.fetch("/desk/registry/import", "POST", b"--\r\n", wide)[0] == 400
