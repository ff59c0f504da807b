"""Pages as staff see them: from another host, whose browser gets none of loopback's privileges."""

import json
import re
import secrets
import subprocess

from conftest import BINARY, CAMPAIGN, ROOT, Node, eventually, fetch, run
from offices import OFFICE, STAFF, inside, network, shots, watched  # noqa: F401
from records import NOW, UNIT, building, delivered


def article(config):
    """The article's compound: 24 buildings, a need of 48, 30 volunteers, 12 buildings claimed."""
    numbers = [number for number in range(1, 27) if number not in (14, 24)]
    records = [{"kind": "building", "building": str(number), "stair_units": 2, "floors": 18 if number <= 8 else 11,
                "doors_per_floor": 2} for number in numbers]
    records.append({"kind": "household", "door": "7-1-101", "residents": 3, "state": "occupied"})
    records.append({"kind": "need", "task": CAMPAIGN, "required": 48})
    records += [{"kind": "fill", "task": CAMPAIGN, "volunteer": f"v{number:02}", "state": "filled"} for number in range(30)]
    records += [{"kind": "claim", "task": CAMPAIGN, "building": str(number), "volunteer": f"v{number:02}", "state": "claimed"}
                for number in numbers[:12]]
    # Six doors with two answers each and a building claimed twice: what is in dispute must not hide what is left.
    records += [{"kind": "visit", "campaign": CAMPAIGN, "door": f"8-1-{floor}01", "disposition": "completed",
                 "people": {"tested": people}, "recorder": f"v0{people}"} for floor in range(1, 7) for people in (1, 2)]
    records.append({"kind": "claim", "task": CAMPAIGN, "building": "1", "volunteer": "v29", "state": "claimed"})
    for record in records:
        record.update(id=secrets.token_hex(16), recorder=record.get("recorder", "s01"), observed_at=NOW)
    run("record", json.dumps(records), "--config", config)


def test_the_desks_from_another_host(network, tmp_path):
    config = tmp_path / "node.yaml"
    run("init", "node", "--config", config, "--unit", UNIT, "--parent", "http://10.77.8.9:8470", "--token", "jyu_" + "0" * 64,
        "--listen", f"{network}:8080", "--pin", "246810", "--state", tmp_path / "state", "--socket", tmp_path / "n.sock")
    node = subprocess.Popen(inside(OFFICE, BINARY, "node", "--config", config), stdout=subprocess.DEVNULL,
                            stderr=open(tmp_path / "node.log", "wb"))
    try:
        eventually(lambda: (tmp_path / "n.sock").exists())
        eventually(lambda: run("status", "--config", config, check=False).returncode == 0)
        article(config)
        eventually(lambda: "unreachable" in run("status", "--config", config).stdout, within=40)
        seen = watched("browser.py", f"http://{network}:8080", "246810", shots(tmp_path))
        api = subprocess.run(inside(STAFF, "curl", "-s", f"http://{network}:8080/api/v1/survey"), capture_output=True, text=True)
        assert json.loads(api.stdout)["error"] == "pin_needed"
        api = subprocess.run(inside(STAFF, "curl", "-s", "-H", "authorization: PIN 246810",
                                    f"http://{network}:8080/api/v1/survey"), capture_output=True, text=True)
        assert json.loads(api.stdout)["doors"] == 1280 + 5000, "the long table at the end"
        # Another site's page may have a browser send the PIN's session along, and a large body costs memory: neither is taken.
        answer = ("curl", "-s", "-o", tmp_path / "answer", "-w", "%{http_code}", "--max-time", "10")
        foreign = subprocess.run(
            inside(STAFF, *answer, "-H", "authorization: PIN 246810", "-H", "origin: http://evil.example", "-d", "[]",
                   f"http://{network}:8080/api/v1/records"), capture_output=True, text=True)
        assert foreign.stdout == "403", foreign
        large = subprocess.run(
            inside(STAFF, *answer, "-H", "content-length: 60000000", "-d", "x", f"http://{network}:8080/api/v1/registry/import"),
            capture_output=True, text=True)
        assert large.stdout == "401", "answered before the body came"
    finally:
        node.terminate()
        node.wait(10)
    assert seen["asks_for_pin"] and "口令不对" in seen["wrong_pin"]
    assert seen["secure_context"] is False, "the test must not enjoy loopback's privileges"
    assert seen["inner"] == [1366, 768] and seen["survey_fits"], "24 buildings without scrolling, six doors in dispute"
    assert "1280" in seen["survey"] and "1274" in seen["survey"] and "26栋" in seen["survey"]
    assert "待核实 6 条" in seen["survey"] and seen["conflicts"].count("暂以") == 6 and "释放 v29 的认领" in seen["conflicts"]
    assert "连不上汇总服务器" in seen["standing"] and re.search(r"未送达 \d+ 项 · 自 \d\d:\d\d", seen["standing"])
    assert len(seen["second_line"]) == 2 and "磁盘已满" in seen["second_line"][1], "every line is refreshed, not the first"
    assert "18" in seen["volunteers"] and "待认领 12 栋" in seen["volunteers"] and seen["volunteers_top"] < 768
    assert seen["short_after"] == "20", "the need was raised from 48 to 50: the countdown rises"
    assert "已登记" in seen["after_one_tap"], "one tap records the ordinary door"
    assert seen["ordinary"] == ["在家 3 人，都已检", "123456"], "where nobody is listed, the tap says how many"
    assert "Doors left" in seen["english"] and "1273" in seen["english"]
    # Progress is seen while a long table is taken: more than once where the machine is slow, and what came of it at the end.
    assert re.search(r"已处理 \d+ 行，共 5000 行", seen["progress"][0]) and "已写入 5000 户" in seen["progress"][-1], seen["progress"]
    assert len(seen["progress"]) > 1, seen["progress"]
    assert "导入" in seen["registry"] and not seen["phone_overflows"]


def test_the_dashboard_names_what_is_not_known(aggregator):
    for path, words in (("/", ["还差", "至多", "未接入", "0722-555-0100", "上下界计入未收到"]),
                        ("/?lang=en", ["Still missing", "not connected", "at least"]),
                        (f"/unit/{UNIT}", ["未接入", "从未"]), ("/division/421303000000", ["曾都区"])):
        status, text, headers = fetch(aggregator.port, path, headers={"accept-language": "zh-CN"})
        page = text.decode()
        assert status == 200 and "⟦" not in page, page
        for word in words:
            assert word in page, (path, word)
        assert "default-src 'self'" in headers["content-security-policy"] and "<script>" not in page
        assert fetch(aggregator.port, path, headers={"if-none-match": headers["etag"], "accept-language": "zh-CN"})[0] == 304
    assert fetch(aggregator.port, "/division/999")[0] == 404


def test_figures_are_not_open_by_default(stage, aggregator):
    token = "a-read-token-of-the-district"
    aggregator.stop()
    aggregator.config.write_text(aggregator.config.read_text() + f"read_token: {token}\n")
    aggregator.start()
    for path in ("/v1/stats", "/metrics", "/", "/v1/units"):
        assert fetch(aggregator.port, path)[0] == 401, path
        assert fetch(aggregator.port, path, headers={"authorization": f"Bearer {token}"})[0] == 200, path
    status, _, headers = fetch(aggregator.port, f"/login?token={token}")
    cookie = headers["set-cookie"].split(";")[0]
    assert status == 303 and fetch(aggregator.port, "/", headers={"cookie": cookie})[0] == 200
    status, text, _ = fetch(aggregator.port, "/login?token=wrong&lang=en")
    assert status == 401 and b"The token is wrong" in text and b"<form" in text, "a person gets a page"


def test_the_head_of_a_page_is_not_green_while_the_link_is_refused(stage, tmp_path, aggregator):
    node = stage(Node(tmp_path, UNIT, aggregator.tokens[UNIT], aggregator.port))
    node.record(building())
    delivered(node)
    table = tmp_path / "units.csv"
    run("unit", "add", "--from", table, "--reissue", "--json", "--config", aggregator.config)
    status = eventually(lambda: (lambda s: s["because"] == "token_unknown" and s)(node.status()))
    assert status["unacknowledged"] == 0
    page = fetch(node.port, "/survey")[1].decode()
    assert "●" not in page.split("<main>")[0] and re.search(r"自 \d\d:\d\d 上报失败 · 接入口令不对", page), page


def test_a_form_of_another_site_records_nothing(stage, tmp_path, aggregator):
    node = stage(Node(tmp_path, UNIT, "jyu_" + "0" * 64, 9))
    node.record(building())
    form = f"id={secrets.token_hex(16)}&campaign={CAMPAIGN}&door=7-1-101&disposition=refused"
    sent = {"content-type": "application/x-www-form-urlencoded", "origin": "http://elsewhere.example"}
    assert fetch(node.port, "/desk/survey/visit", "POST", form, sent)[0] == 403
    sent["origin"] = "null"
    assert fetch(node.port, "/desk/survey/visit", "POST", form, sent)[0] == 403
    sent["origin"] = f"http://127.0.0.1:{node.port}"
    assert fetch(node.port, "/desk/survey/visit", "POST", form, sent)[0] == 303
    assert node.get(f"/api/v1/survey?campaign={CAMPAIGN}")["left"] == 19
    bad = form.replace("refused", "asleep").replace("id=", "id=0")
    status, text, _ = fetch(node.port, "/desk/survey/visit", "POST", bad, sent)
    assert status == 400 and "没有" in text.decode()


def test_no_path_is_a_dead_end(stage, tmp_path, aggregator):
    node = stage(Node(tmp_path, UNIT, "jyu_" + "0" * 64, 9))
    node.record(building())
    for port in (node.port, aggregator.port):
        status, text, _ = fetch(port, "/nowhere", headers={"accept": "text/html", "accept-language": "zh-CN"})
        assert status == 404 and "没有这一页" in text.decode() and 'href="/?lang=zh-Hans"' in text.decode()
        status, text, _ = fetch(port, "/api/v9/nowhere")
        assert status == 404 and json.loads(text)["error"] == "not_found"
    status, text, _ = fetch(node.port, "/survey/99?lang=en", headers={"accept": "text/html"})
    assert status == 404 and 'href="/survey?lang=en"' in text.decode()


def test_the_api_spells_every_member_alike(stage, tmp_path):
    node = stage(Node(tmp_path, UNIT, "jyu_" + "0" * 64, 9))
    one, two = (building() | {"building": code, "id": secrets.token_hex(16)} for code in ("7", "8"))
    node.record(one, two)
    node.record(*[{"kind": "need", "task": CAMPAIGN, "required": need, "recorder": "s01", "id": secrets.token_hex(16),
                   "observed_at": NOW + need} for need in (1, 2)],
                {"kind": "visit", "campaign": CAMPAIGN, "door": "7-1-101", "disposition": "refused", "recorder": "v01",
                 "id": secrets.token_hex(16), "observed_at": NOW},
                {"kind": "visit", "campaign": CAMPAIGN, "door": "7-1-101", "disposition": "vacant", "recorder": "v02",
                 "id": secrets.token_hex(16), "observed_at": NOW})

    def members(value):
        if isinstance(value, dict):
            return set(value) | {name for part in value.values() for name in members(part)}
        return {name for part in value for name in members(part)} if isinstance(value, list) else set()
    names = set()
    for path in ("registry", "survey", "survey?building=7", "volunteers", "conflicts", "status"):
        names |= members(node.get(f"/api/v1/{path}"))
    assert {"observed_at", "opened_at", "stair_unit", "acknowledged_at", "unacknowledged_since", "because_since"} <= names
    assert not [name for name in names if name.lower() != name], names
    page = (ROOT / "Sources/Compound/API.md").read_text()
    classes = set(node.get("/api/v1/survey")["buildings"][0]["classes"])
    assert names - classes <= set(re.findall(r'"(\w+)"', page)), "what is answered stands in API.md"
