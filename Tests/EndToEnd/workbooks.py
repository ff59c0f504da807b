"""Workbooks for the tests, written by openpyxl, and how a browser or a script hands them in."""

import io
import json
import uuid
import zipfile

import openpyxl
from conftest import CAMPAIGN

HEAD = ["楼栋", "单元", "房号", "人数", "状态"]


def saved(book):
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def workbook(*sheets):
    """`sheets`: (name, rows); a cell may be anything that openpyxl writes."""
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, rows in sheets:
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
    return saved(book)


def send(node, data, apply=1, expected=200):
    status, text, _ = node.fetch(f"/api/v1/registry/import?apply={apply}&lang=en", "POST", data)
    assert status == expected, text
    return json.loads(text)


def hand_in(node, data, name="住户.xlsx", apply=0, path="/desk/registry/import?lang=en", **fields):
    """As a browser sends a chosen file."""
    boundary = uuid.uuid4().hex
    parts = [f'--{boundary}\r\nContent-Disposition: form-data; name="{key}"\r\n\r\n{value}\r\n'.encode()
             for key, value in (fields | {"apply": apply}).items()]
    parts.append(f'--{boundary}\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n'
                 "Content-Type: application/octet-stream\r\n\r\n".encode() + data + b"\r\n")
    body = b"".join(parts) + f"--{boundary}--\r\n".encode()
    return shown(node, node.fetch(path, "POST", body, {"content-type": f"multipart/form-data; boundary={boundary}"}))


def shown(node, reply):
    """A result has an address of its own; a long table's is for whoever waits."""
    status, _, headers = reply
    place = {name.lower(): value for name, value in headers.items()}.get("location", "")
    return node.fetch(place) if status == 303 and place.startswith("/draft/") else reply


def posted(node, form):
    return shown(node, node.fetch("/desk/registry/import?lang=en", "POST", form))


def page(reply):
    status, text, _ = reply
    assert status == 200, text
    return text.decode()


def doors(node, building):
    return {door["code"]: door for door in node.get(f"/api/v1/survey?building={building}&campaign={CAMPAIGN}")}


def opened(node):
    """The round is known once somebody records in it."""
    node.record({"kind": "need", "id": uuid.uuid4().hex, "task": CAMPAIGN, "required": 1, "recorder": "s01",
                 "observed_at": 1649242800})


def registered(node):
    return {building["code"]: building for building in node.get("/api/v1/registry")["buildings"]}


def shaped(node, building=7):
    node.record({"kind": "building", "id": uuid.uuid4().hex, "building": str(building), "stair_units": 1, "floors": 2,
                 "doors_per_floor": 2, "recorder": "s01", "observed_at": 1649242800})


def with_part(data, name, content, deflate=zipfile.ZIP_DEFLATED):
    """The workbook with one of its parts replaced."""
    old, file = zipfile.ZipFile(io.BytesIO(data)), io.BytesIO()
    with zipfile.ZipFile(file, "w", deflate) as new:
        for item in old.namelist():
            new.writestr(item, content if item == name else old.read(item))
    return file.getvalue()


def with_names(files):
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return file.getvalue()
