"""`make demo ONCE=1`: ends well, and notices each way to break it."""

import json

import pytest
from conftest import run


def demo(tmp_path, *arguments):
    done = run("demo", "--once", "--folder", tmp_path / "demo", *arguments, check=False)
    return done, json.loads(done.stdout.splitlines()[-1])


def test_the_evening_agrees_with_the_truth(tmp_path):
    done, verdict = demo(tmp_path, "--seed", 7)
    assert done.returncode == 0 and verdict["ok"], done.stdout + done.stderr
    assert verdict["cut"]["lower"] < verdict["truth"] < verdict["cut"]["upper"] and verdict["cut"]["silent"] == 1
    assert verdict["end"]["lower"] == verdict["end"]["upper"] == verdict["end"]["coverage"] == verdict["truth"] < 100
    assert verdict["units"] == 7 and verdict["households"] > 1280
    assert "18 → 7 → 8 → 0" in done.stdout
    assert sum("断网" in line or "恢复后" in line for line in done.stdout.splitlines()) >= 3
    assert json.loads((tmp_path / "demo/truth.json").read_text())["total"]["units"] == 7


@pytest.mark.parametrize("way", ["drop-row", "double-count", "stale-as-current", "inward-rounding"])
def test_sabotage_is_noticed(tmp_path, way):
    done, verdict = demo(tmp_path, "--seed", 7, "--sabotage", way)
    assert done.returncode == 1 and verdict["ok"] is False
    assert any(line.strip().startswith("✗") for line in done.stdout.splitlines()), f"no line says what differs: {done.stderr}"
