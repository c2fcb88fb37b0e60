"""What the app is told on its line: which plugins it does without is known before any is looked for."""

from __future__ import annotations

import pytest

from influtui import __main__
from influtui.__main__ import app_line
from influtui.tui import opening


def test_plugins_can_be_left_out_of_the_app() -> None:
    line = app_line(["--safe-mode", "--no-plugin", "acme", "--no-plugin=other", "--read-only"])
    assert line is not None
    assert (line.safe_mode, line.without, line.read_only) == (True, ("acme", "other"), True)


def test_an_option_without_its_value_is_for_the_command_line_to_explain() -> None:
    assert app_line(["--no-plugin"]) is None


@pytest.mark.parametrize(("chosen", "opened"), [(True, [["demo"]]), (False, [])])
def test_the_demo_is_opened_after_an_app_in_which_it_was_chosen(
    monkeypatch: pytest.MonkeyPatch, chosen: bool, opened: list[list[str]]
) -> None:
    demos: list[list[str]] = []

    def opens(words: list[str]) -> int:
        demos.append(words)
        return 0

    monkeypatch.setattr(__main__, "refusal", lambda: None)
    monkeypatch.setattr(opening, "begin", lambda: None)
    monkeypatch.setattr(opening, "end", lambda: None)
    monkeypatch.setattr(__main__, "_run_app", lambda line: (0, chosen))
    monkeypatch.setattr(__main__, "open_demo", opens)
    assert __main__.main([]) == 0
    assert demos == opened
