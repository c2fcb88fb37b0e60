"""What people are told to type, in the documentation and in messages: commands that there are, with their options."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import click
import pytest

from influtui.__main__ import app_line
from influtui.cli.frame import Global
from influtui.cli.main import influtui

ROOT = Path(__file__).parents[1]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md")), *sorted((ROOT / "plugins").glob("*/README.md"))]
SOURCES = [path for folder in ("src", "plugins") for path in sorted((ROOT / folder).rglob("*.py"))]
"""Messages and hints name commands too."""

WRITTEN_OUT = re.compile(r"^(?:    |.*\| )?(influtui(?: .*)?)$")
"""A line of a block, perhaps indented or behind a pipe."""
IN_A_SENTENCE = re.compile(r"`(influtui [^`]+)`")
QUOTED = re.compile(r"'[^']*'|\"[^\"]*\"")
REDIRECTED = re.compile(r":[<>]")
ENDS_A_COMMAND = {"|", ">", "<", ">>", "&&", "||", ";", "&"}
LEFT_OPEN = re.compile(r"[…{}]|^[A-Z]+$|\.\.\.")
"""A word that stands for another one."""


class Told(NamedTuple):
    """A command in a page."""

    page: str
    line: int
    text: str
    whole: bool
    """Written to be typed as it stands, not named in passing."""


def _told(path: Path) -> Iterator[Told]:
    page, fence = str(path.relative_to(ROOT)), ""
    lines = path.read_text("utf-8").splitlines()
    for number, line in enumerate(lines, 1):
        if line.lstrip().startswith("```"):
            fence = "" if fence else line.strip().removeprefix("```") or "text"
        elif fence in ("sh", "console", "bash") or (not fence and line.startswith("    ")):
            text, at = line, number
            while text.endswith("\\"):
                text, at = text[:-1].rstrip() + " " + lines[at].strip(), at + 1
            if fence == "console":  # Without a prompt it is what the command says.
                text = text.removeprefix("$ ") if text.startswith("$ ") else ""
            if found := WRITTEN_OUT.match(text):
                yield Told(page, number, found[1], whole=True)
            yield from (Told(page, number, each, whole=True) for each in re.findall(r"\$\((influtui [^)|]+)", text))
        elif not fence:
            yield from (Told(page, number, each, whole=False) for each in IN_A_SENTENCE.findall(line))


def _hinted(path: Path) -> Iterator[Told]:
    for number, line in enumerate(path.read_text("utf-8").splitlines(), 1):
        for each in IN_A_SENTENCE.findall(line):
            yield Told(str(path.relative_to(ROOT)), number, each, whole=False)


COMMANDS = [
    *(told for page in PAGES for told in _told(page)),
    *(told for path in SOURCES for told in _hinted(path)),
]


def _words(text: str) -> list[str]:
    """The words of the first command of a shell's line."""
    lexer = shlex.shlex(text, posix=True, punctuation_chars="|<>&;")
    lexer.whitespace_split, lexer.commenters = True, ""
    words: list[str] = []
    for word in lexer:
        if word in ENDS_A_COMMAND or word == "#":
            break
        words.append(word)
    return words[1:]


def _refused(told: Told) -> str | None:
    """Why the command line would not take it."""
    if told.whole and REDIRECTED.search(QUOTED.sub("", told.text)):
        return "a shell would write into a file: put the comparison in quotes"
    words = _words(told.text)
    if app_line(words) is not None or words == ["--help"]:
        return None
    _, words = Global.take(words)
    command: click.Command = influtui
    context = click.Context(influtui, info_name="influtui")
    while isinstance(command, click.Group) and words and not words[0].startswith(("-", "[")):
        found = command.get_command(context, words[0])
        if found is None:
            return None if LEFT_OPEN.search(words[0]) else f"there is no command {words[0]}"
        command, words = found, words[1:]
        context = click.Context(command, info_name=command.name, parent=context)
    if told.whole and not any("…" in word for word in words):
        try:
            command.make_context(command.name, words, parent=context.parent)
        except click.exceptions.Exit:
            return None
        except click.UsageError as error:
            missing = "does not exist" in error.format_message()
            return None if missing else error.format_message()
        return None
    options = {option for each in command.params for option in (*each.opts, *each.secondary_opts)}
    unknown = [word for word in words if word.startswith("--") and word.partition("=")[0] not in {*options, "--help"}]
    return f"there is no option {', '.join(unknown)}" if unknown else None


@pytest.mark.parametrize("told", COMMANDS, ids=lambda told: f"{told.page}:{told.line}")
def test_what_a_page_says_to_type_is_taken(told: Told) -> None:
    assert _refused(told) is None, told.text


def test_the_pages_are_read() -> None:
    assert len(COMMANDS) > 200


@pytest.mark.parametrize("way", ["mkdocs.yml", "docs/index.md"])
def test_a_reader_finds_every_page(way: str) -> None:
    docs = ROOT / "docs"
    pages = {str(path.relative_to(docs)) for path in docs.rglob("*.md")} - {"index.md"}
    led_to = re.findall(r"[(\s]((?:[\w-]+/)+[\w-]+\.md)", (ROOT / way).read_text("utf-8"))
    assert sorted(led_to) == sorted(pages)
