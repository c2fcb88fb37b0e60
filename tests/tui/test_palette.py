"""The palette, and programs that get rows."""

from __future__ import annotations

from pathlib import Path

import pytest

from influtui.model.failures import NeedsConfiguration, WrongUsage
from influtui.tui.keymap import Keymap
from influtui.tui.palette import Entry, entries, fitting, score
from influtui.tui.piping import run_program, words_of


def _best(typed: str, *labels: str) -> str:
    return fitting(typed, [Entry(label) for label in labels])[0].label


def test_a_few_letters_find_an_action() -> None:
    assert _best("ma", "half page up", "mark [space]", "all [*]") == "mark [space]"
    assert _best("hpd", "half page up", "half page down", "shortlist") == "half page down"
    assert _best("short", "sort", "shortlist [s]") == "shortlist [s]"
    assert score("xyz", "mark") is None


def test_everything_that_can_be_done_in_a_place_is_there_with_its_key() -> None:
    labels = [entry.label for entry in entries(Keymap().of("inbox"), ["creators", "undo"])]
    assert "reply [r]" in labels
    assert "Discover [2]" in labels
    assert ":creators" in labels
    assert "shortlist [s]" not in labels


async def test_a_program_gets_the_rows_and_no_shell_reads_its_words(tmp_path: Path) -> None:
    done = await run_program(words_of("cat"), '{"handle":"anna"}\n', tmp_path)
    assert (done.exit_code, done.out) == (0, '{"handle":"anna"}\n')
    told = await run_program(words_of("echo '$HOME;' `id` '|' cat"), "", tmp_path)
    assert told.out == "$HOME; `id` | cat\n"
    assert (await run_program(["false"], "x", tmp_path)).exit_code == 1


async def test_a_program_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(NeedsConfiguration, match="no-such-program"):
        await run_program(["no-such-program"], "", tmp_path)
    with pytest.raises(WrongUsage, match="no program"):
        words_of("  ")
