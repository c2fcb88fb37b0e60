"""The page of keys in the docs, and what every action is called on a line."""

from __future__ import annotations

from pathlib import Path

import click
import pytest

from influtui.cli.main import influtui
from influtui.tui.actions import ACTIONS, Action
from influtui.tui.keys_page import page

DOCS = Path(__file__).parents[2] / "docs" / "reference" / "keys.md"


def test_the_page_of_keys_in_the_docs_is_what_the_app_does() -> None:
    stale = "stale: python -m influtui.tui.keys_page > docs/reference/keys.md"
    assert DOCS.read_text("utf-8") == page(), stale


def test_the_page_names_every_action_and_every_key() -> None:
    text = page()
    for action in ACTIONS:
        assert f"`{action.word}`" in text
        assert action.help in text


@pytest.mark.parametrize("action", [action for action in ACTIONS if action.line], ids=lambda action: action.name)
def test_the_command_beside_an_action_exists(action: Action) -> None:
    command: click.Command = influtui
    words = (action.line or "").split()
    while isinstance(command, click.Group):
        found = command.get_command(click.Context(command), words.pop(0))
        assert found is not None, action.line
        command = found
    options = {option for parameter in command.params for option in parameter.opts}
    assert {word for word in words if word.startswith("--")} <= options
