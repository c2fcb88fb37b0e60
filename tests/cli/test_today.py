"""What `today` says to do next can be typed as it stands, once the words in capitals are filled in."""

from __future__ import annotations

import shlex

import click
import pytest

from influtui.cli.main import influtui
from influtui.model.text import OutsideText
from influtui.model.times import Millis
from influtui.model.today import Waiting, kinds

FILLED = {"NAME": "gift", "N": "5", "TEXT": "because", "ADDRESS": "anna@mail.test", "NUMBER": "1Z"}


@pytest.mark.parametrize("kind", [each.name for each in kinds()])
def test_the_next_step_is_a_command_with_options_that_it_has(kind: str) -> None:
    waiting = Waiting(
        kind=kind, since=Millis(0), due=Millis(0), campaign="SPRING", ref="instagram:anna", conversation=3,  # type: ignore[arg-type]
        message=4, number=OutsideText("1Z"), account="us@brand.test", detail=OutsideText("https://x.test/p/1"),  # type: ignore[arg-type]
    )  # fmt: skip
    words = [FILLED.get(word, word) for word in shlex.split(waiting.next)]
    command: click.Command = influtui
    context = click.Context(command, info_name="influtui")
    while isinstance(command, click.Group):
        found = command.get_command(context, words[0])
        assert found is not None, words
        command, words = found, words[1:]
        context = click.Context(command, parent=context)
    command.parse_args(context, words)
