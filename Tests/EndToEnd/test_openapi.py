"""The document that is served, tried out on what is served: schemathesis asks everything that it allows, and what it doesn't."""

import json
import subprocess
import sys

from standings import TOKEN, every_standing


def test_what_is_served_is_what_is_described(tmp_path):
    district = every_standing(tmp_path / "district")
    try:
        status, text, headers = district.fetch("/v1/openapi.json", headers={"authorization": "Bearer none"})
        assert status == 200 and headers["content-type"].startswith("application/json")
        assert json.loads(text)["openapi"] == "3.1.0"
        done = subprocess.run(
            [sys.executable, "-m", "schemathesis.cli", "run", f"http://127.0.0.1:{district.port}/v1/openapi.json",
             "--header", f"Authorization: Bearer {TOKEN}", "--phases", "coverage,fuzzing", "--max-examples", "8", "--workers", "2",
             "--generation-deterministic", "--request-timeout", "30", "--exclude-path", "/v1/registry",
             # A method that isn't served is answered 404, as any other place that isn't there.
             "--exclude-checks", "unsupported_method", "--no-color"],
            capture_output=True, text=True, timeout=60, cwd=tmp_path)
        assert done.returncode == 0, done.stdout[-6000:] + done.stderr[-2000:]
    finally:
        district.kill()
