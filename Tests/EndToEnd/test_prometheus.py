"""A real Prometheus reads the figures: its linter is content, and what it stored is what is true."""

import http.client
import json
import os
import shutil
import signal
import subprocess
import urllib.parse

import pytest
from conftest import ROOT, eventually, free_port
from standings import TOKEN, UNITS, every_standing

# Taken out of Debian's package, which would start a service if it were installed; see the Makefile.
UNPACKED = ROOT / ".build-prometheus/usr/bin"


def tool(name):
    found = shutil.which(name, path=f"{UNPACKED}{os.pathsep}{os.environ['PATH']}")
    assert found, f"{name} isn't there: make setup-test"
    return found


@pytest.fixture(scope="module")
def district(tmp_path_factory):
    aggregator = every_standing(tmp_path_factory.mktemp("district"))
    yield aggregator
    aggregator.kill()


@pytest.fixture
def prometheus(district, tmp_path):
    """Scrapes the district every second; stops whatever happens."""
    port = free_port()
    (tmp_path / "token").write_text(TOKEN)
    (tmp_path / "prometheus.yml").write_text(f"""
scrape_configs:
  - job_name: jiayuan
    scrape_interval: 1s
    authorization: {{credentials_file: {tmp_path}/token}}
    static_configs: [{{targets: ["127.0.0.1:{district.port}"]}}]
""")
    process = subprocess.Popen(
        [tool("prometheus"), f"--config.file={tmp_path}/prometheus.yml", f"--storage.tsdb.path={tmp_path}/data",
         f"--web.listen-address=127.0.0.1:{port}"],
        stdout=open(tmp_path / "prometheus.log", "wb"), stderr=subprocess.STDOUT)

    def query(expression):
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
        try:
            connection.request("GET", "/api/v1/query?" + urllib.parse.urlencode({"query": expression}))
            response = connection.getresponse()
            assert response.status == 200, "it is starting"
            answer = json.loads(response.read())
        finally:
            connection.close()
        assert answer["status"] == "success", answer
        return {tuple(sorted((k, v) for k, v in one["metric"].items() if k not in ("job", "instance"))): one["value"][1]
                for one in answer["data"]["result"]}

    yield query
    process.send_signal(signal.SIGTERM)
    process.wait(20)


def test_the_linter_is_content_and_labels_are_bounded(district):
    status, text, headers = district.fetch("/metrics")
    assert status == 200 and headers["content-type"] == "text/plain; version=0.0.4; charset=utf-8"
    linted = subprocess.run([tool("promtool"), "check", "metrics"], input=text, capture_output=True, timeout=30)
    assert linted.returncode == 0 and not linted.stdout + linted.stderr, linted
    for unit in UNITS:
        assert unit.encode() not in text, "no series for each unit"
    assert text.count(b"\n") < 150


def test_prometheus_stores_what_is_true(district, prometheus):
    units = eventually(lambda: prometheus("jiayuan_units"), within=40)
    assert {dict(labels)["state"]: value for labels, value in units.items()} == {
        "known": "2", "stale": "1", "silent": "1", "never_connected": "1", "disputed": "0", "unknown_rows": "0"}
    measure = '{measure="survey.completion"}'
    for name, value in (("numerator", "6"), ("denominator", "8"), ("lower_permille", "146"), ("upper_permille", "952"),
                        ("last_known_numerator", "25"), ("missing_at_least", "2"), ("missing_at_most", "35")):
        assert list(prometheus(f"jiayuan_{name}{measure}").values()) == [value], name
    divided = prometheus(f"sum by (division) (jiayuan_division_upper_permille{measure})")
    assert len(divided) == 1 and list(divided.values()) == ["952"], "the district directly below the city"
    edition = json.loads(district.fetch("/v1/stats")[1])["cut"]["version"]
    [cut] = prometheus("jiayuan_cut_info")
    assert dict(cut) == {"__name__": "jiayuan_cut_info", "kind": "division", "edition": edition}
    assert list(prometheus("up").values()) == ["1"]


def test_what_is_not_known_has_no_sample(tmp_path):
    aggregator = every_standing(tmp_path / "d", settle_units=False)
    try:
        text = aggregator.fetch("/metrics")[1].decode()
        assert "jiayuan_numerator" not in text and "jiayuan_volunteers_short" not in text
        assert 'jiayuan_lower_permille{measure="survey.completion"} 0' in text
        assert 'jiayuan_units{state="never_connected"} 5' in text
    finally:
        aggregator.kill()
