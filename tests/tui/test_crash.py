"""The report of a crash."""

from __future__ import annotations

from pathlib import Path

from influtui.tui.crash import report, told


def _broken(password: str) -> None:
    raise KeyError(f"no {password}")


def _raised() -> BaseException:
    try:
        _broken("hunter2")
    except KeyError as error:
        return error
    raise AssertionError


def test_a_report_says_where_and_never_with_what() -> None:
    text = report(_raised())
    assert "builtins.KeyError" in text
    assert "in _broken" in text
    assert "hunter2" not in text
    assert str(Path.home()) not in text


def test_the_person_is_told_where_the_report_is() -> None:
    lines = told(_raised())
    path = next(word for line in lines for word in line.split() if "influtui-report-" in word).rstrip(";")
    assert "KeyError" in Path(path).read_text("utf-8")
    Path(path).unlink()
