"""Commands where something is wrong: they say what, end with a code that means something, and leave nothing behind."""

import datetime
import hashlib
import json
import os
import re
import stat
import subprocess

import pytest
from conftest import BINARY, ROOT, Aggregator, Node, eventually, fetch, run
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
    assert done.returncode == 69 and "no daemon runs" in done.stderr and "no daemon was ever started" in done.stderr, done.stderr
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
    assert done.returncode == 69 and "no daemon was ever started" in done.stderr and not (tmp_path / "none").exists()


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


# Words and times


def help_of(*command):
    return run(*command, "--help", env=os.environ | {"COLUMNS": "80"}).stdout


def test_help_is_wrapped_once():
    for command in ((), ("record",), ("unit", "add"), ("bench",), ("simulate",), ("import",)):
        lines = help_of(*command).split("USAGE")[0].splitlines()
        # A line is short only where its paragraph ends: the next word would not have fitted.
        for line, after in zip(lines, lines[1:]):
            if line and after and not line.startswith("OVERVIEW"):
                assert len(line) + 1 + len(after.split()[0]) >= 79, (command, line)
    assert re.search(r"\b66\b", help_of())


def test_the_example_of_record_can_be_pasted(stage, tmp_path):
    node = stage(Node(tmp_path, UNIT, TOKEN, 9))
    example = next(line for line in help_of("record").splitlines() if line.strip().startswith("jiayuan record '"))
    pasted = example.strip().replace("jiayuan record", f"{BINARY} record --config {node.config}", 1)
    done = subprocess.run(["sh", "-c", pasted], capture_output=True, text=True)
    assert done.returncode == 0 and '"refused":[]' in done.stdout, done.stdout + done.stderr


def test_rounds_are_published_with_times_as_people_write_them(stage, tmp_path):
    aggregator = stage(Aggregator(tmp_path))
    wanted = int(datetime.datetime.fromisoformat("2022-04-06T20:00:00+08:00").timestamp())
    for index, text in enumerate(("2022-04-06T20:00+08:00", "2022-04-06T20:00", "2022-04-06 12:00:00Z", wanted)):
        code = f"round-{index}"
        run("campaign", "add", code, "--name", code, "--opens", text, "--deadline", wanted + 60, "--config", aggregator.config)
        status, document, _ = fetch(aggregator.port, "/v1/registry", headers={
            "authorization": f"Bearer {aggregator.tokens[UNIT]}"})
        campaigns = {campaign["code"]: campaign for campaign in json.loads(document)["campaigns"]}
        assert campaigns[code]["opens"] == wanted, text
    for text in ("yesterday", "2022-02-30T20:00", "2022-04-06", "2022-04-06T20:00+99:00"):
        done = run("campaign", "add", "x", "--name", "x", "--opens", text, "--deadline", wanted, "--config",
                   aggregator.config, check=False)
        assert done.returncode == 64, text


# The generator


def test_generate_makes_the_same_bytes_and_the_articles_compound(tmp_path):
    for name in ("one", "two"):
        run("generate", "--profile", "XS", "--seed", 7, "--out", tmp_path / name)
    run("generate", "--profile", "XS", "--seed", 8, "--out", tmp_path / "other")
    one = contents(tmp_path / "one")
    assert one == contents(tmp_path / "two") and one != contents(tmp_path / "other")
    truth = json.loads((tmp_path / "one/truth.json").read_text())
    code, unit = next((code, unit) for code, unit in truth["units"].items() if len(unit["buildings"]) == 24)
    frame = unit["frame"]
    assert (frame["buildings"], frame["households"], frame["residents"]) == (24, 1280, 3200)
    assert unit["gates"] == ["south", "north"]
    assert (tmp_path / f"one/gates-{code}.csv").read_text() == "gate,label\nsouth,南门\nnorth,北门\n"
    doors = (tmp_path / f"one/registry-{code}.csv").read_text().splitlines()[1:]
    assert len(doors) == 1280 and sum(int(line.split(",")[3]) for line in doors) == 3200


def test_generate_takes_a_division_table_or_says_why_not(tmp_path):
    table = ROOT / "Config/divisions.csv"
    done = run("generate", "--profile", "XS", "--divisions", table, "--out", tmp_path / "xs", check=False)
    assert done.returncode == 64 and "XS" in done.stderr and not (tmp_path / "xs").exists()
    done = run("generate", "--profile", "S", "--divisions", "/nope", "--out", tmp_path / "s", check=False)
    assert done.returncode == 66 and "/nope: cannot be read" in done.stderr and not (tmp_path / "s").exists()
    wrong = tmp_path / "wrong.csv"
    for text, word in (("a,b\n1,2\n", "expected the columns"), ("code,name,level,parent_code\n1,a,city,\n", "community")):
        wrong.write_text(text)
        done = run("generate", "--profile", "S", "--divisions", wrong, "--out", tmp_path / "s", check=False)
        assert done.returncode == 66 and word in done.stderr


def test_status_of_an_aggregator_asks_the_aggregator(stage, tmp_path):
    above = stage(Aggregator(tmp_path / "city", relays=("421303000000",), units={UNIT: (100, 300)}))
    below = Aggregator(tmp_path / "district", parent=(above.port, "421303000000", above.tokens["421303000000"]))
    done = run("status", "--aggregator", "--config", below.config, check=False)
    assert done.returncode == 69 and "no daemon runs" in done.stderr, done.stderr
    stage(below)
    done = run("status", "--aggregator", "--config", below.config)
    assert done.stdout.startswith("421303000000  role "), done.stdout
    done = run("status", "--aggregator", "--config", above.config, check=False)
    assert done.returncode == 1 and "no parent is configured" in done.stderr, done.stderr


@pytest.mark.parametrize("command", ["restore", "adopt", "import"])
def test_a_file_that_was_named_wrongly_is_66(stage, tmp_path, command):
    owner = Aggregator(tmp_path) if command == "restore" else Node(tmp_path, UNIT, TOKEN, 9)
    done = run(command, tmp_path / "none", "--config", owner.config, check=False)
    assert done.returncode == 66 and f"{tmp_path}/none: cannot be read" in done.stderr, done.stderr


def test_adopt_names_the_file_that_was_named(stage, tmp_path):
    node = Node(tmp_path, UNIT, TOKEN, 9)
    (tmp_path / "other.sqlite").write_text("no database, and long enough to be looked at" * 40)
    done = run("adopt", tmp_path / "other.sqlite", "--config", node.config, check=False)
    assert done.returncode == 1 and done.stderr.startswith(f"{tmp_path}/other.sqlite: damaged"), done.stderr


@pytest.mark.parametrize("arguments, words", [
    (["bench", "--compounds", "0"], "above 0"), (["bench", "--seconds", "0"], "above 0"),
    (["simulate", "--seeds", "0"], "above 0"), (["generate", "--profile", "Q"], "'Q' is invalid"),
    (["generate", "--divisions", "x.csv"], "--divisions is for S, M and L"),
    (["campaign", "add", "家", "--name", "x", "--opens", "1", "--deadline", "2"], '"家" is no code'),
])
def test_wrong_usage_is_64_and_names_the_command(arguments, words):
    done = run(*arguments, check=False)
    assert done.returncode == 64 and words in done.stderr, done.stderr
    assert f"jiayuan {arguments[0]}" in done.stderr, "the usage is that of the command"


def test_a_refusal_is_told_in_words(stage, tmp_path):
    aggregator = stage(Aggregator(tmp_path))
    done = run("why", "nobody", "--config", aggregator.config, check=False)
    assert (done.returncode, done.stderr) == (1, "unit_unknown; no such unit is registered here\n")


def test_init_says_where_the_pages_are_and_how_to_start(tmp_path):
    config = tmp_path / "wujia.yaml"
    arguments = ["init", "node", "--unit", UNIT, "--parent", "http://10.0.0.2:8470", "--config", config]
    said = run(*arguments, "--token", TOKEN).stdout
    assert "http://127.0.0.1:8080/" in said and "this machine only" in said, said
    assert f"jiayuan node --config {config}" in said
    done = run(*arguments, check=False, stdin=subprocess.DEVNULL)
    assert done.returncode == 1 and "exists already" in done.stderr
    assert "Token" not in done.stderr, "nobody types a token for nothing"
    config.unlink()
    said = run(*arguments, "--token", TOKEN, "--listen", "192.0.2.7:8081").stdout
    assert "http://192.0.2.7:8081/" in said and "PIN: " in said and "this machine only" not in said, said


def test_slips_that_name_this_machine_are_warned_of(stage, tmp_path):
    aggregator = stage(Aggregator(tmp_path))
    table = tmp_path / "units.csv"
    done = run("unit", "add", "--from", table, "--config", aggregator.config)
    assert "--parent-url" in done.stderr
    done = run("unit", "add", "--from", table, "--parent-url", "http://10.0.0.2:8470", "--config", aggregator.config)
    assert done.stderr == "" and "--parent http://10.0.0.2:8470" in done.stdout


def test_the_stages_tell_the_journal_what_happens(stage, tmp_path):
    aggregator = stage(Aggregator(tmp_path))
    node = stage(Node(tmp_path, UNIT, aggregator.tokens[UNIT], aggregator.port))
    lines = {"node": ["intake: listening", "journal: opened", "summary: a new round", "sync: acknowledged by=http://"],
             "aggregator": ["ingest: listening", "rollup: added up", "statistics: units that are heard",
                            "dashboard: pages are open"]}
    for daemon in (node, aggregator):
        for line in lines[daemon.kind]:
            eventually(lambda: re.search(f"^<[0-7]>{line}", daemon.log.read_text(), re.MULTILINE))
    aggregator.kill()
    eventually(lambda: "sync: not acknowledged because=unreachable detail=" in node.log.read_text())


def test_a_read_token_of_one_place_is_shown_once_and_ends_at_once(stage, tmp_path):
    aggregator = Aggregator(tmp_path / "district", token="a-read-token-of-the-district")
    config = ("--config", aggregator.config)
    community = UNIT.split("-")[0]
    said = run("token", "add", "某社区居委会", "--of", community, "--until", "2999-01-01", *config).stdout
    token = re.search(r"jyr_[0-9a-f]{64}", said)[0]
    stage(aggregator)

    def status(path):
        return fetch(aggregator.port, path, headers={"authorization": f"Bearer {token}"})[0]

    assert [status(f"/v1/stats?division={community}"), status("/v1/stats"), status("/metrics")] == [200, 403, 403]
    listed = run("token", "list", *config).stdout
    assert f"of {community}, until 2999-01-01" in listed and "jyr_" not in listed and "ended" not in listed, listed
    assert "opens nothing any more" in run("token", "end", "1", *config).stdout
    assert status(f"/v1/stats?division={community}") == 401 and "ended" in run("token", "list", *config).stdout
    wrong = run("token", "add", "n", "--of", "999", *config, check=False)
    assert wrong.returncode == 1 and "999 is not in the division tree" in wrong.stderr, wrong.stderr
    aggregator.stop()
    stage(aggregator)
    assert status(f"/v1/stats?division={community}") == 401, "what was ended stays so"
