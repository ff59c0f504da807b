"""The list of vulnerable people: kept apart, opened by the PIN said anew, and every reading written down."""

import re
import sqlite3
import uuid

import pytest
from conftest import Node
from records import UNIT
from workbooks import shaped

TOKEN, PIN = "jyu_" + "0" * 64, "246810"
SECRET = "孕38周"


@pytest.fixture
def node(stage, tmp_path):
    node = stage(Node(tmp_path, UNIT, TOKEN, 9, pin=PIN))
    shaped(node)
    return node


def post(node, path, **fields):
    body = "&".join(f"{name}={value}" for name, value in fields.items()).encode()
    status, text, _ = node.fetch(f"{path}?lang=en", "POST", body)
    return status, text.decode()


def test_it_is_opened_by_pin_and_name_and_every_reading_stands_below_it(node):
    assert SECRET not in node.fetch("/care?lang=en")[1].decode()
    status, text = post(node, "/care", reader="王莹", pin="000000")
    assert status == 403 and "Wrong PIN" in text
    status, text = post(node, "/care", reader="王莹", pin=PIN)
    assert status == 200 and "Nobody is on the list" in text and "王莹 looked" in text
    key = re.search(r'name="key" value="(\w+)"', text)[1]
    status, text = post(node, "/care/add", key=key, door="7栋101", need="late_pregnancy", note=SECRET)
    assert status == 200 and "7-1-101" in text and SECRET in text and "late pregnancy" in text
    status, text = post(node, "/care/add", key=key, door="9-9-999", need="dialysis", note="typed")
    assert status == 400 and 'value="9-9-999"' in text and 'value="typed"' in text, "what was typed is kept"
    assert post(node, "/care/add", key="0" * 32, door="7-1-101", need="dialysis")[0] == 403
    status, text = post(node, "/care", reader="李强", pin=PIN)
    assert [line for line in re.findall(r"<li>(.*?)</li>", text)][0].endswith("李强 looked")
    assert len(re.findall("王莹", text)) == 2, "a refused form shows nobody the list"
    person = re.search(r'name="person" value="(\d+)"', text)[1]
    key = re.search(r'name="key" value="(\w+)"', text)[1]
    status, text = post(node, "/care/end", key=key, person=person)
    assert status == 200 and SECRET not in text and "took somebody off" in text
    assert post(node, "/care/end", key=key, person="x")[0] == 403


def test_nothing_of_it_is_anywhere_else(node):
    text = post(node, "/care", reader="王莹", pin=PIN)[1]
    key = re.search(r'name="key" value="(\w+)"', text)[1]
    post(node, "/care/add", key=key, door="7-1-102", need="dialysis", note=SECRET)
    seen = b"".join(node.fetch(path)[1] for path in (
        "/registry", "/survey", "/survey/7", "/survey/7/7-1-102", "/sheet/7", "/conflicts", "/export/registry.csv",
        "/export/registry.xlsx", "/api/v1/registry", "/api/v1/survey?building=7", "/api/v1/status"))
    assert SECRET.encode() not in seen and b"dialysis" not in seen and "透析".encode() not in seen
    assert not sqlite3.connect(f"file:{node.state}/journal.sqlite?mode=ro", uri=True).execute(
        "SELECT 1 FROM observation WHERE value LIKE ? OR field LIKE 'care%'", (f"%{SECRET}%",)).fetchall()
    assert SECRET not in node.log.read_text()


def test_nobody_without_the_pin_gets_near(node):
    node.secret = None
    assert node.fetch("/care")[0] == 303
    for path in ("/care", "/care/add", "/care/end"):
        assert post(node, path, reader="x", pin=PIN, key=uuid.uuid4().hex, door="7-1-101", person=1)[0] == 303
