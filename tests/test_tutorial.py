"""The first tutorial, typed line by line: each command works as written and says what the page says."""

from __future__ import annotations

import io
import re
import shlex
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from influtui.cli.main import main

PAGE = Path(__file__).parents[1] / "docs" / "tutorial" / "first-campaign.md"
NEEDS_A_SERVER = {"account test", "campaign contact"}
"""Their first words; of the second only what sends."""
DAY = re.compile(r"\d{4}-\d\d-\d\d")


class Step(NamedTuple):
    """A command, and the lines that the page shows below it."""

    line: str
    shown: list[str]


def _steps(text: str) -> Iterator[Step]:
    fence, step = "", None
    for line in text.splitlines():
        if line.startswith("```"):
            if step is not None:
                yield step
            fence, step = "" if fence else line.removeprefix("```"), None
        elif step is not None and step.line.endswith("\\"):
            step = Step(step.line[:-1] + line.strip(), [])
        elif line.startswith("$ ") or (fence == "sh" and line):
            if step is not None:
                yield step
            step = Step(line.removeprefix("$ "), [])
        elif fence == "console" and step is not None:
            step.shown.append(line)


def test_whoever_follows_the_tutorial_sees_what_it_shows(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    text = PAGE.read_text("utf-8")
    people = re.search(r"`people\.csv`.*?```text\n(.*?)```", text, re.DOTALL)
    assert people is not None
    monkeypatch.chdir(tmp_path)
    Path("people.csv").write_text(people[1], "utf-8")
    done = 0
    for step in _steps(text):
        words = shlex.split(step.line, comments=True)
        if words[0] != "influtui" or len(words) == 1:
            continue
        if " ".join(words[1:3]) in NEEDS_A_SERVER and "--dry-run" not in words:
            continue
        monkeypatch.setattr(sys, "stdin", io.StringIO("a password\n"))
        assert main(words[1:]) == 0, step.line
        said = [DAY.sub("DAY", line) for line in "".join(capsys.readouterr()).splitlines()]
        assert [line for line in step.shown if DAY.sub("DAY", line) not in said] == [], (step.line, said)
        done += 1
    assert done >= 15
