"""The official tables, where they lie beside the checkout; the project commits none of them."""

import gzip
import os

import pytest
from conftest import ROOT, fetch, run

DATA = ROOT.parent / "shared/data"
TABLES = [("suizhou_divisions.csv", 1064)]
if os.environ.get("JIAYUAN_LONG"):
    TABLES.append(("china_divisions_2023.csv.gz", 664_034))


@pytest.mark.parametrize("name, rows", [table for table in TABLES if (DATA / table[0]).exists()])
def test_official_tables_are_imported_whole(aggregator, tmp_path, name, rows):
    data = (DATA / name).read_bytes()
    table = tmp_path / "table.csv"
    table.write_bytes(gzip.decompress(data) if name.endswith(".gz") else data)
    done = run("divisions", "import", table, "--edition", "2023", "--valid-from", "2023-01-01", "--config", aggregator.config)
    assert f"imported {rows} divisions, edition 2023" in done.stdout
    assert fetch(aggregator.port, "/division/421303587002")[0] == 200, "units stay where they were"


def test_look_alike_names_are_two_communities(aggregator, tmp_path):
    table = tmp_path / "units.csv"
    table.write_text("code,name,expected_households,expected_residents,duty_telephone\n"
                     "421303587002-101,a,1,1,\n421303499205-101,b,1,1,\n421303000000-1,c,x,1,\n千千,d,1,1,\n421303587002-101,e,1,1,\n"
                     "999999999999-1,f,1,1,\n")
    done = run("unit", "add", "--from", table, "--config", aggregator.config, check=False)
    assert done.returncode == 1
    for line in (4, 5, 6, 7):
        assert f"line {line}" in done.stderr, done.stderr
    table.write_text("code,name,expected_households,expected_residents,duty_telephone\n"
                     "421303587002-101,a,,1,\n421303499205-101,b,1,1,\n")
    slips = run("unit", "add", "--from", table, "--config", aggregator.config).stdout
    assert slips.count("\f") == 2 and slips.count("jyu_") == 2
    again = run("unit", "add", "--from", table, "--config", aggregator.config).stdout
    assert "jyu_" not in again, "registering again leaves tokens alone"
    assert aggregator.stats("421303587002-101")["figure"]["no_bound"] == "no_ceiling"
    assert aggregator.stats()["figure"]["no_bound"] == "no_ceiling", "one unit without a ceiling, and there is no bound"
    assert aggregator.stats("421303499205")["figure"]["no_bound"] is None
