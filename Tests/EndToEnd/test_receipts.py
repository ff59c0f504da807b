"""What restores take back, whose copy counts, and who rings up meanwhile: over real nodes and a real aggregator."""

import json
import shutil
import time
import urllib.parse

from conftest import CAMPAIGN, Node, eventually, fetch, run
from records import UNIT, building, counted, delivered, doors, visit


def command(aggregator, *arguments, check=True):
    return run(*arguments, "--config", aggregator.config, check=check)


def receipts(aggregator):
    return json.loads(command(aggregator, "receipts", UNIT, "--json").stdout)


def page(daemon, path, lang="zh-Hans"):
    status, text, _ = fetch(daemon.port, f"{path}?lang={lang}")
    assert status == 200, text
    return text.decode()


def test_a_restore_that_took_records_back_says_which(stage, aggregator, tmp_path):
    node = stage(Node(stage.folder, UNIT, aggregator.tokens[UNIT], aggregator.port))
    node.record(building("3"), building("7"), *[visit(door) for door in doors("3")[:2]])
    counted(aggregator, 2, 40)
    node.stop()
    shutil.copytree(node.state, tmp_path / "backup", ignore=shutil.ignore_patterns("lock"))
    node.start()
    node.record(*[visit(door) for door in doors("3")[2:9] + doors("7")[:4]])
    counted(aggregator, 13, 40)
    first = node.status()["incarnation"]
    node.stop()
    shutil.rmtree(node.state)
    shutil.copytree(tmp_path / "backup", node.state)
    node.start()
    node.record(visit("7-2-502"))
    counted(aggregator, 3, 40, within=40)
    [receipt] = receipts(aggregator)
    assert receipt["deposed"] == first and receipt["heir"] == node.status()["incarnation"]
    assert receipt["fewer"] == [{"campaign": CAMPAIGN, "households": 10, "buildings": ["3", "7"]}]
    rows = {row["subject"]: {count["indicator"]: (count["old"], count["new"]) for count in row["counts"]}
            for row in receipt["rows"] if row["dataset"] == "survey"}
    assert rows["3"]["completed"] == (9, 2) and rows["3"]["unvisited"] == (11, 18)
    assert rows["7"]["completed"] == (4, 1)
    sentence = "本次恢复少了 10 户：3栋、7栋"
    said = command(aggregator, "receipts", "--rows").stdout
    assert sentence in said and "之后未送达的记录也可能缺失" in said and "completed 9 → 2" in said
    assert "this restore took back 10 households: building 3, building 7" in said
    assert sentence in page(aggregator, f"/unit/{UNIT}")
    eventually(lambda: sentence in page(node, "/survey"))
    assert "took back 10 households" in page(node, "/registry", "en")
    # It stays at the head of every page until somebody there has read it.
    [held] = node.status()["receipts"]
    form = urllib.parse.urlencode({"deposed": held["deposed"], "heir": held["heir"], "at": held["at"]})
    status, _, _ = fetch(node.port, "/desk/receipts/read", "POST", form,
                         {"content-type": "application/x-www-form-urlencoded"})
    assert status == 303 and sentence not in page(node, "/survey") and node.status()["receipts"] == []
    # A restart of the aggregator, or the loss of its rows, doesn't lose it.
    aggregator.stop()
    for file in aggregator.state.glob("rows.sqlite*"):
        file.unlink()
    aggregator.start()
    counted(aggregator, 3, 40, within=40)
    assert receipts(aggregator) == [receipt]


def test_two_diverged_copies_become_one_union_counted_once(stage, aggregator, tmp_path):
    node = stage(Node(stage.folder, UNIT, aggregator.tokens[UNIT], aggregator.port))
    node.record(building(), *[visit(door) for door in doors()[:4]])
    counted(aggregator, 4, 20)
    node.stop()
    shutil.copytree(node.state, tmp_path / "twin", ignore=shutil.ignore_patterns("lock"))
    shutil.copy(tmp_path / "sidecars/node", tmp_path / "sidecars/twin")
    node.start()
    twin = stage(Node(tmp_path, UNIT, aggregator.tokens[UNIT], aggregator.port, name="twin"))
    node.record(*[visit(door) for door in doors()[4:7]])
    both = visit(doors()[10])
    node.record(both)
    twin.record(both, *[visit(door) for door in doors()[7:10]])
    twin.record(visit(doors()[4], "refused"))
    eventually(lambda: aggregator.stats(UNIT)["state"] == "disputed", within=40)
    refused = command(aggregator, "unit", "adopt", UNIT, "0" * 31 + "1", "--reason", "r", "--officer", "o", check=False)
    assert refused.returncode == 1 and "has no incarnation" in refused.stderr
    twin.stop()
    said = run("adopt", twin.state / "journal.sqlite", "--config", node.config).stdout
    assert said.startswith("4 of ") and f"to settle: {doors()[4]} visit/{CAMPAIGN}" in said
    assert run("adopt", twin.state / "journal.sqlite", "--config", node.config).stdout.startswith("0 of ")
    node.record(visit(doors()[11]))
    mine = node.status()["incarnation"]
    eventually(lambda: any(mine in (copy.get("incarnation"),) for copy in
                           [aggregator.why(UNIT), *aggregator.why(UNIT)["shadows"]]))
    said = command(aggregator, "unit", "adopt", UNIT, mine, "--reason", "主机被复制", "--officer", "李四").stdout
    assert "is counted from now on" in said
    # 4 before, 3 here, 3 there, one that both had, one more; the disagreement is counted once.
    counted(aggregator, 12, 20, within=40)
    assert eventually(lambda: node.status()["role"] == "active")
    # The other machine is switched on again by mistake: it is seen, not counted, and no new dispute.
    twin.start()
    twin.record(visit(doors()[15]))
    eventually(lambda: twin.status().get("role") == "shadow", within=20)
    time.sleep(1)
    counted(aggregator, 12, 20)
    # Nor is it after the loss of all rows: the decision is in the registry.
    aggregator.stop()
    for file in aggregator.state.glob("rows.sqlite*"):
        file.unlink()
    node.stop()
    aggregator.start()
    eventually(lambda: aggregator.why(UNIT)["shadows"], within=40)
    time.sleep(5)
    assert aggregator.why(UNIT)["incarnation"] is None, "three appointments later the retired copy is still not counted"
    node.start()
    counted(aggregator, 12, 20, within=40)


def test_adopt_takes_only_this_compounds_journal(stage, aggregator, tmp_path):
    node = stage(Node(stage.folder, UNIT, aggregator.tokens[UNIT], aggregator.port))
    other = stage(Node(stage.folder, "421303587002-002", aggregator.tokens["421303587002-002"], aggregator.port, name="o"))
    other.record(building())
    done = run("adopt", other.state / "journal.sqlite", "--config", node.config, check=False)
    assert done.returncode == 1 and "这份日志属于另一个小区：421303587002-002" in done.stderr
    (tmp_path / "words").write_text("only words")
    done = run("adopt", tmp_path / "words", "--config", node.config, check=False)
    assert done.returncode == 1 and "damaged" in done.stderr
    assert fetch(node.port, "/admin/adopt", "POST", "{}")[0] == 404, "not on the LAN"


def test_counts_are_phoned_in_and_end_with_the_nodes_return(stage, aggregator):
    node = stage(Node(stage.folder, UNIT, aggregator.tokens[UNIT], aggregator.port))
    node.record(building(), *[visit(door) for door in doors()[:4]])
    counted(aggregator, 4, 20)

    def ring(done, due, *more, **options):
        return command(aggregator, "phone-in", UNIT, CAMPAIGN, "--done", done, "--due", due, "--caller", "王主任",
                       "--officer", "李四", *more, **options)
    known = ring(9, 20, check=False)
    assert known.returncode == 1 and "reports by itself" in known.stderr
    node.stop()
    eventually(lambda: aggregator.stats(UNIT)["state"] == "stale")
    before = aggregator.stats(UNIT)["figure"]
    assert before["last_known"]["numerator"] == 4
    assert "more can't be done than is due" in ring(21, 20, check=False).stderr
    time.sleep(1.1)
    ring(15, 19, "--tested", 30, "--residents", 41)

    def moved():
        place = aggregator.stats(UNIT)
        assert place["phoned_in"][0]["caller"] == "王主任" and place["phoned_in"][0]["officer"] == "李四"
        return place["figure"]
    after = eventually(moved)
    assert (after["last_known"]["numerator"], after["last_known"]["denominator"]) == (15, 19)
    for bound in ("lower", "upper", "lower_permille", "upper_permille", "unknown_ceiling", "numerator", "denominator"):
        assert after[bound] == before[bound], bound
    for bound in ("at_least", "at_most"):
        assert after["missing"][bound] == before["missing"][bound], bound
    whole = aggregator.stats()
    assert whole["figure"]["last_known"]["numerator"] == 15 and len(whole["phoned_in"]) == 1
    assert aggregator.stats(UNIT, "survey.tested")["figure"]["last_known"]["numerator"] == 30
    for path in (f"/unit/{UNIT}", "/division/421303587002"):
        assert 'class="phoned">电话代报' in page(aggregator, path) and "王主任" in page(aggregator, path)
    # A restart keeps it; the node's own rows end it.
    aggregator.stop()
    aggregator.start()
    eventually(moved)
    node.start()
    node.record(visit(doors()[4]))
    place = counted(aggregator, 5, 20)
    assert "phoned_in" not in place
    [call] = json.loads(command(aggregator, "phone-ins", UNIT, "--json").stdout)
    assert call["superseded"]["difference"]["due"] == 1 and call["superseded"]["difference"]["done"] in (-11, -10)
    assert "superseded by the node's" in command(aggregator, "phone-ins").stdout
    assert "the node is back" in aggregator.log.read_text()
    assert "改以节点为准" in page(aggregator, f"/unit/{UNIT}")


def test_an_honest_node_never_starts_a_new_life_whatever_happens_to_its_parent(stage, aggregator, tmp_path):
    """The parent's rows are lost, restored from an older copy, and the whole parent is another one for a while."""
    node = stage(Node(stage.folder, UNIT, aggregator.tokens[UNIT], aggregator.port))
    node.record(building(), *[visit(door) for door in doors()[:3]])
    counted(aggregator, 3, 20)
    life = node.status()["incarnation"]
    aggregator.stop()
    shutil.copytree(aggregator.state, tmp_path / "yesterday")
    aggregator.start()
    node.record(*[visit(door) for door in doors()[3:8]])
    counted(aggregator, 8, 20)
    for what in ("rows older", "rows lost", "everything older", "another parent"):
        aggregator.stop()
        shutil.move(aggregator.state, tmp_path / what)
        aggregator.state.mkdir()
        if what == "everything older":
            shutil.copytree(tmp_path / "yesterday", aggregator.state, dirs_exist_ok=True)
        elif what != "another parent":
            shutil.copy(tmp_path / what / "registry.sqlite", aggregator.state)
        if what == "rows older":
            shutil.copy(tmp_path / "yesterday/rows.sqlite", aggregator.state)
        aggregator.start()
        if what == "another parent":
            eventually(lambda: node.status().get("because") not in (None, "unreachable"), within=30)
            aggregator.stop()
            shutil.rmtree(aggregator.state)
            shutil.move(tmp_path / what, aggregator.state)
            # Refused at the slowest pace; a restart asks at once.
            node.stop()
            aggregator.start()
            node.start()
        counted(aggregator, 8, 20, within=40)
        delivered(node)
        assert node.status()["incarnation"] == life, what
        assert not aggregator.why(UNIT)["shadows"] and receipts(aggregator) == []
