"""A line that is not quite right: the help it asks for, or the command that was meant."""

from __future__ import annotations

import json
from collections.abc import Iterator

import click
import pytest

from influtui.cli.main import influtui, main


@pytest.mark.parametrize(
    ("line", "meant"),
    [
        ("creator search", "creators"),
        ("creators serach", "search"),
        ("creators list", "search"),
        ("inbox find", "list"),
        ("campaign create", "new"),
        ("search rm", "delete"),
        ("version", "--version"),
        ("undo --dryrun", "--dry-run"),
    ],
)
def test_a_word_that_is_not_there_leads_to_the_one_that_was_meant(
    line: str, meant: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(line.split()) == 2
    assert f"Did you mean {'' if ' ' in line and '--' in meant else '`'}" in (said := capsys.readouterr().err)
    assert meant in said


def test_a_noun_alone_shows_what_it_can_do_and_is_no_sentence_of_an_error(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["ship"]) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.startswith("Usage: influtui ship")
    assert main(["ship", "--json"]) == 2
    assert json.loads(capsys.readouterr().err)["error"]["hint"] == "`influtui ship --help` names them."


@pytest.mark.parametrize("line", ["help creators merge", "creators merge -h", "creators merge --help"])
def test_help_is_asked_for_in_each_way_whoever_looked_before(line: str, capsys: pytest.CaptureFixture[str]) -> None:
    creators = influtui.get_command(click.Context(influtui), "creators")
    assert isinstance(creators, click.Group)
    merge = creators.get_command(click.Context(creators), "merge")
    assert merge is not None
    merge.get_params(click.Context(merge))  # as completion does, with a context that knows only `--help`
    assert main(line.split()) == 0
    assert capsys.readouterr().out.startswith("Usage: influtui creators merge")


def _all(group: click.Group, above: click.Context) -> Iterator[tuple[str, click.Command, click.Context]]:
    for name in group.list_commands(above):
        command = group.get_command(above, name)
        assert command is not None
        context = click.Context(command, info_name=name, parent=above, max_content_width=80, terminal_width=80)
        yield context.command_path, command, context
        if isinstance(command, click.Group):
            yield from _all(command, context)


def test_every_help_fits_eighty_columns_and_cuts_no_sentence() -> None:
    root = click.Context(influtui, info_name="influtui")
    for path, command, context in _all(influtui, root):
        for line in command.get_help(context).splitlines():
            assert len(line) <= 80, f"{path}: {line}"
            assert not line.endswith("...") or line.startswith("Usage:"), f"{path}: {line}"
            assert "RANGE" not in line, f"{path}: {line}"
