"""Mistakes are seeded into a right plugin (`seeded/bugs`): the contract finds each, and what it cannot find is said."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_each_seeded_bug_is_caught_or_its_file_says_why_not() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "tests.testing.seeded", "--json"],
        capture_output=True, text=True, timeout=600, check=False, cwd=ROOT,
    )  # fmt: skip
    assert "the right plugin fails" not in done.stderr, done.stderr
    results = [json.loads(line) for line in done.stdout.splitlines()]
    assert len(results) == len(list((Path(__file__).parent / "seeded" / "bugs").glob("*.toml"))), done.stderr
    assert [each["name"] for each in results if (each["failed"] is None) != bool(each["bug"]["missed"])] == []
