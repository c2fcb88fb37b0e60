"""`creators export`: out and back without loss, and harmless on the way."""

from __future__ import annotations

import csv
import json
import os
import stat
from pathlib import Path

import pytest

from influtui.cli.main import main

HOSTILE = [
    {"handle": "ann.a", "name": "=HYPERLINK(1)", "bio": '\'quoted\r\n+1\t"two"', "followers": 5},
    {
        "handle": "ben_b",
        "name": "@SUM",
        "bio": "\x1b]52;c;aGk=\x07 \u202egnp.\u2066",
        "followers": 7,
        "tags": ["a", "b"],
    },
    {"handle": "cy.c", "name": "e" + "\u0301" * 10_000, "bio": "[bold]x[/bold] \ufeff\u2028", "country": "DE"},
]


@pytest.fixture
def people(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> Path:
    path = tmp_path / "instagram.ndjson"
    path.write_text("".join(json.dumps(each) + "\n" for each in HOSTILE))
    assert main(["creators", "import", str(path)]) == 0
    capfd.readouterr()
    return path


@pytest.mark.parametrize("form", ["csv", "ndjson"])
def test_out_and_into_an_empty_workspace_gives_the_same_bytes(
    people: Path, tmp_path: Path, form: str, capfd: pytest.CaptureFixture[str]
) -> None:
    first, second = tmp_path / f"one.{form}", tmp_path / f"two.{form}"
    assert main(["creators", "note", "instagram:ann.a", "=met \x1b[31mat\x1b[0m the fair"]) == 0
    assert main(["creators", "export", "-o", str(first)]) == 0
    assert stat.S_IMODE(first.stat().st_mode) == 0o600
    other = ["--workspace", str(tmp_path / "other")]
    assert main([*other, "creators", "import", str(first)]) == 0
    assert main([*other, "creators", "export", "-o", str(second)]) == 0
    assert first.read_bytes() == second.read_bytes()
    assert main([*other, "creators", "import", str(second), "--json"]) == 0
    report = json.loads(capfd.readouterr().out.splitlines()[-1])
    assert (report["unchanged"], report["updated"]) == (3, 0)


def test_outside_text_is_unchanged_as_data_and_harmless_as_bytes(people: Path, tmp_path: Path) -> None:
    assert main(["creators", "export", "-o", str(tmp_path / "out.ndjson")]) == 0
    out = (tmp_path / "out.ndjson").read_bytes()
    found = [json.loads(line) for line in out.splitlines()]
    assert [each["bio"] for each in found] == [each["bio"] for each in HOSTILE]
    assert b"\x1b" not in out
    assert "\u202e".encode() not in out


def test_no_cell_of_the_csv_is_a_formula(people: Path, tmp_path: Path) -> None:
    path = tmp_path / "out.csv"
    assert main(["creators", "export", "--all", "-o", str(path)]) == 0
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.reader(file))
    assert len(rows) == 4
    assert not [cell for row in rows for cell in row if cell[:1] in ("=", "+", "-", "@", "\t", "\r")]


def test_an_export_of_a_query_holds_only_what_matches(people: Path, capfd: pytest.CaptureFixture[str]) -> None:
    assert main(["creators", "export", "country:DE"]) == 0
    assert [json.loads(line)["handle"] for line in capfd.readouterr().out.splitlines()] == ["cy.c"]
    assert main(["creators", "export", "--all", "country:DE"]) == 2


def test_an_export_that_cannot_be_written_says_so_and_leaves_nothing(
    people: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    assert main(["creators", "export", "-o", str(tmp_path / "none" / "out.csv")]) == 1
    assert "cannot be written" in capfd.readouterr().err
    assert sorted(each.name for each in tmp_path.iterdir()) == sorted(["home", "instagram.ndjson", "workspace"])


def test_a_reader_that_has_seen_enough_ends_the_export_quietly(people: Path, tmp_path: Path) -> None:
    import subprocess
    import sys

    words = [sys.executable, "-m", "influtui", "--workspace", str(tmp_path / "workspace"), "creators", "export"]
    with subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=dict(os.environ)) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()
        assert process.wait(30) == 0
        assert process.stderr.read() == b""
