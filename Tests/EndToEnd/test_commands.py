"""Commands where something is wrong: they say what, end with a code that means something, and leave nothing behind."""

import hashlib
import json
import stat

import pytest
from conftest import ROOT, Aggregator, Node, run
from records import UNIT, building, visit

TOKEN = "jyu_" + "0" * 64


def contents(folder):
    """Every file below a folder with its bytes."""
    return {str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
            for path in sorted(folder.rglob("*")) if stat.S_ISREG(path.lstat().st_mode)}


def test_status_before_the_first_start_creates_nothing(tmp_path):
    node = Node(tmp_path, UNIT, TOKEN, 9)
    before = contents(tmp_path)
    done = run("status", "--config", node.config, check=False)
    assert done.returncode == 69 and "no daemon runs" in done.stderr and "never started" in done.stderr, done.stderr
    assert contents(tmp_path) == before and not node.state.exists()


def test_status_of_a_stopped_node_says_so_and_changes_nothing(stage, tmp_path):
    node = stage(Node(tmp_path, UNIT, TOKEN, 9))
    node.record(building(), visit("7-1-101"))
    incarnation = node.status()["incarnation"]
    for end in (node.kill, node.stop):
        end()
        before = contents(tmp_path)
        done = run("status", "--config", node.config, check=False)
        assert done.returncode == 69 and "no daemon runs" in done.stderr, done.stderr
        assert "unacknowledged" in done.stdout and UNIT in done.stdout
        told = json.loads(run("status", "--json", "--config", node.config, check=False).stdout)
        assert told["incarnation"] == incarnation and told["unacknowledged"] > 0
        assert contents(tmp_path) == before
        node.start()
    assert run("status", "--config", node.config).returncode == 0


def test_why_at_a_stopped_aggregator_says_so_and_changes_nothing(stage, tmp_path):
    aggregator = stage(Aggregator(tmp_path))
    aggregator.kill()
    before = contents(aggregator.state)
    done = run("why", "--config", aggregator.config, check=False)
    assert done.returncode == 69 and "no daemon runs" in done.stderr and UNIT in done.stdout, done.stderr
    done = run("why", UNIT, "--config", aggregator.config, check=False)
    assert done.returncode == 69 and "never_connected" in done.stdout
    assert contents(aggregator.state) == before
    config = tmp_path / "other.yaml"
    config.write_text(aggregator.config.read_text().replace("/state", "/none"))
    done = run("why", "--config", config, check=False)
    assert done.returncode == 69 and "never started" in done.stderr and not (tmp_path / "none").exists()


# A configuration


@pytest.mark.parametrize("wrong, word", [
    (["--listen", "nonsense"], "listen"), (["--token", "short"], "token"), (["--unit", "千千"], "unit"),
    (["--parent", "ftp://x"], "parent"), (["--listen", "192.0.2.1:80", "--pin", "1"], "pin")])
def test_init_writes_nothing_that_is_wrong(tmp_path, wrong, word):
    good = ["--unit", UNIT, "--parent", "http://h:1", "--token", TOKEN, "--config", tmp_path / "deep/node.yaml"]
    done = run("init", "node", *good, *wrong, check=False)
    assert done.returncode in (64, 78) and word in done.stderr, done.stderr
    assert not (tmp_path / "deep").exists()
    run("init", "node", *good)
    assert run("check-config", "node", "--config", tmp_path / "deep/node.yaml").returncode == 0


def test_init_of_an_aggregator_writes_nothing_that_is_wrong_and_prints_its_token(tmp_path):
    config = tmp_path / "a.yaml"
    assert run("init", "aggregator", "--config", config, "--listen", "here", check=False).returncode == 78
    assert not config.exists()
    done = run("init", "aggregator", "--config", config, "--listen", "0.0.0.0:8470")
    token = next(line.split('"')[1] for line in config.read_text().splitlines() if line.startswith("read_token"))
    assert len(token) > 16 and token in done.stdout


def test_what_options_lack_together_is_told_with_all_the_rest(tmp_path):
    config = tmp_path / "c.yaml"
    config.write_text("listen: 0.0.0.0:8470\ncolour: red\n")
    done = run("check-config", "aggregator", "--config", config, check=False)
    assert done.returncode == 78 and "read_token: is needed" in done.stderr and "colour" in done.stderr
    config.write_text("unit: a-1\nparent: ftp://x\ntoken: short\nlisten: 192.0.2.1:80\n")
    done = run("check-config", "node", "--config", config, check=False)
    assert done.returncode == 78
    for word in ("parent:", "token:", "pin: is needed"):
        assert word in done.stderr, done.stderr
    config.write_text(f"unit: a-1\nparent: http://h:1\ntoken: {TOKEN}\nlisten: nonsense\n")
    done = run("check-config", "node", "--config", config, check=False)
    assert "pin" not in done.stderr, "nobody knows whether one is needed"


# Places


@pytest.mark.parametrize("kind", ["node", "aggregator"])
@pytest.mark.parametrize("key, place, words", [
    ("state", "/proc/jiayuan", "No such file"), ("state", "{folder}/file/state", "Not a directory"),
    ("socket", "{folder}/none/a.sock", "No such file"), ("socket", "{folder}/" + "x" * 120, "107 bytes"),
    ("socket", "{folder}/file/a.sock", "Not a directory")])
def test_a_wrong_place_is_named_with_its_key(tmp_path, kind, key, place, words):
    (tmp_path / "file").write_text("")
    config, place = tmp_path / "c.yaml", place.format(folder=tmp_path)
    values = {"state": tmp_path / "state", "socket": tmp_path / "s.sock", "listen": "127.0.0.1:0", key: place}
    if kind == "node":
        values |= {"unit": UNIT, "parent": "http://127.0.0.1:9", "token": TOKEN}
    config.write_text("".join(f"{name}: {value}\n" for name, value in values.items()))
    done = run(kind, "--config", config, check=False)
    assert done.returncode == 78, done.stderr
    assert words in done.stderr and f"`{key}`" in done.stderr and "NS" not in done.stderr, done.stderr
    if key == "state":
        write = ["record", "{}"] if kind == "node" else ["divisions", "import", ROOT / "Config/divisions.csv"]
        done = run(*write, "--config", config, check=False)
        assert done.returncode == 78 and f"`{key}`" in done.stderr, done.stderr
