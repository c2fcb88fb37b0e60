"""How far long work is, on a terminal."""

from __future__ import annotations

import io
import sys

import pytest

from influtui.cli import progress
from influtui.cli.progress import progress_bar


class Terminal(io.StringIO):
    """Standard error with a person in front of it."""

    def isatty(self) -> bool:
        return True


def terminal(monkeypatch: pytest.MonkeyPatch) -> Terminal:
    """Put one in place. Not a fixture: pytest puts its own capture back between set-up and test."""
    screen = Terminal()
    monkeypatch.setattr(progress, "_EVERY", 0.0)
    monkeypatch.setattr(sys, "stderr", screen)
    return screen


def test_a_pipe_gets_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    with progress_bar("reading") as tell:
        tell(10, 10)
    assert capsys.readouterr().err == ""


def test_rows_of_a_file_are_counted_and_the_rest_is_told_by_its_bytes(monkeypatch: pytest.MonkeyPatch) -> None:
    screen = terminal(monkeypatch)
    with progress_bar("a\x1b[31m.csv") as tell:
        tell(2_500, 0, 0.25)
    said = screen.getvalue()
    assert "2,500 (25%)" in said
    assert "/s" in said
    assert " left" in said
    assert "\x1b[31m" not in said


def test_the_line_is_gone_before_anything_else_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    screen = terminal(monkeypatch)
    with progress_bar("work") as tell:
        tell(1, 2)
    assert screen.getvalue().endswith("\r\x1b[K")
