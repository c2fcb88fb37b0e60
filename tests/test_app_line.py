"""What the app is told on its line: which plugins it does without is known before any is looked for."""

from __future__ import annotations

from influtui.__main__ import app_line


def test_plugins_can_be_left_out_of_the_app() -> None:
    line = app_line(["--safe-mode", "--no-plugin", "acme", "--no-plugin=other", "--read-only"])
    assert line is not None
    assert (line.safe_mode, line.without, line.read_only) == (True, ("acme", "other"), True)


def test_an_option_without_its_value_is_for_the_command_line_to_explain() -> None:
    assert app_line(["--no-plugin"]) is None
