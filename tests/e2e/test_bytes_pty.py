"""What goes over the line: the same screens as Textual's own, in a fraction of its bytes; each step within its budget."""

from __future__ import annotations

import random
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyte
import pytest

from influtui.cli.main import main as command

Open = Callable[..., Any]
BOTH_WAYS = Path(__file__).parent / "both_ways.py"
MODES = {"truecolor": {}, "sixteen": {"TERM": "xterm", "COLORTERM": ""}, "none": {"NO_COLOR": "1"}, "ascii": {}}


@pytest.fixture
def world(tmp_path: Path) -> Path:
    """A workspace with a hundred people and a campaign in use."""
    people = tmp_path / "people.csv"
    lines = (f"anna{n},instagram,Anna {n},{9000 + n},3.1,DE,vegan|baking,Bakes cakes on day {n}" for n in range(100))
    people.write_text("handle,platform,full name,followers,er,country,topics,bio\n" + "\n".join(lines) + "\n", "utf-8")
    assert command(["creators", "import", str(people)]) == 0
    assert command(["brand", "new", "Brandt & Korn", "--postal-address", "Mill Lane 1, 12345 Town, Germany"]) == 0
    assert command(["campaign", "new", "Spring oats", "--code", "OATS"]) == 0
    return tmp_path / "workspace"


@pytest.mark.parametrize(
    ("mode", "size"), [("truecolor", (120, 36)), ("sixteen", (80, 24)), ("none", (40, 10)), ("ascii", (20, 5))]
)
def test_a_walk_through_the_app_shows_what_textual_would_have_shown(
    tmp_path: Path, open_terminal: Open, world: Path, mode: str, size: tuple[int, int]
) -> None:
    theirs_file = tmp_path / "theirs"
    theirs_file.touch()
    options = ["--ascii"] if mode == "ascii" else []
    app = open_terminal(
        *options, size=size, argv=[sys.executable, str(BOTH_WAYS)], BOTH_WAYS=str(theirs_file), **MODES[mode]
    )
    app.wait("2 D", "100" if size[0] > 30 else "2 D")
    theirs = pyte.Screen(*size)
    theirs.reset_mode(7, private=True)
    stream = pyte.ByteStream(theirs)
    choose = random.Random(mode)
    fed = 0
    with theirs_file.open("rb") as file:
        for _ in range(5):
            for key in choose.choices(
                ["down", "down", "up", "pagedown", "enter", "esc", "tab", "4", "2", "5", "?", "v", " "], k=3
            ):
                app.press(key)
            end = 40
            while end := end - 1:
                app.settle(0.2)
                data = file.read()
                fed += len(data)
                stream.feed(data)
                if not (different := _different(app.screen, theirs)):
                    break
            assert not different, f"{different[:3]}\n{app.text}"
    assert len(app.raw) < fed * 0.6


def _different(ours: pyte.Screen, theirs: pyte.Screen) -> list[tuple[int, int]]:
    return [
        (x, y)
        for y in range(ours.lines)
        for x in range(ours.columns)
        if _seen(ours.buffer[y][x]) != _seen(theirs.buffer[y][x])
    ]


def _seen(cell: Any) -> tuple[Any, ...]:
    """What a person sees of a cell: on a blank no weight, and the letters' colour only where something is drawn in it."""
    if cell.data == " ":
        drawn = (cell.reverse, cell.underscore, cell.strikethrough)
        return (" ", cell.bg, *drawn, cell.fg if any(drawn) else "")
    return tuple(cell)


@pytest.mark.parametrize(("size", "step", "pane"), [((80, 24), 300, 6_000), ((120, 36), 1_400, 10_000)])
def test_a_step_a_page_and_a_pane_keep_their_budgets(
    open_terminal: Open, world: Path, size: tuple[int, int], step: int, pane: int
) -> None:
    """At 120 columns with the person in the detail, who follows once the cursor rests; counted when all has come."""
    app = open_terminal(size=size)
    app.wait("100 accounts", "@OATS")
    app.settle(1.0)
    page = "anna66" if size[1] > 30 else "anna78"
    keys = [("\x1b[B", f" {place}", step) for place in range(2, 5)]
    keys += [("\x1b[6~", page, 5_000), ("4", "0 conversations", pane), ("2", "100 accounts", pane)]
    for key, shows, budget in keys:
        before = len(app.raw)
        app.child.send(key)
        app.wait(shows)
        app.settle(0.7)
        assert 0 < len(app.raw) - before <= budget, key


def test_what_changes_nothing_writes_nothing_a_prompt_costs_a_line_and_one_key_draws_all_anew(
    open_terminal: Open, world: Path
) -> None:
    app = open_terminal(size=(80, 24))
    app.wait("100 accounts", "@OATS")
    app.settle(1.0)
    assert app.settle(2.5) == b""
    app.child.send("\x1b[O\x1b[I")
    assert app.settle(0.6) == b""
    for key in "/:":
        before = len(app.raw)
        app.child.send(key)
        app.wait("words, tier" if key == "/" else "words of the command line")
        app.settle(0.5)
        assert len(app.raw) - before <= 300, key
        app.press("esc")
        app.settle(0.5)
    app._stream.feed(b"\x1b[5;1Hwall: the machine goes down")
    app.wait("wall:")
    app.press("ctrl+l")
    app.wait("anna97", gone="wall:")


def test_a_slow_terminal_skips_frames_and_never_the_last_one(open_terminal: Open, world: Path) -> None:
    app = open_terminal()
    app.wait("100 accounts", "@OATS")
    app.settle(0.7)
    assert b"\x1b[c" in app.raw, "it is asked whether it is through"
    app.child.send("\x1b[?62;22c")
    app.settle(0.5)
    before = len(app.raw)
    for _ in range(6):
        for key in ("\x1b[6~", "\x1b[6~", "\x1b[5~", "\x1b[5~"):
            app.child.send(key)
            app.read(0.02)
    app.child.send("G")
    app.settle(0.7)
    assert len(app.raw) - before < 8_000, "some frames of twenty-five: the terminal has drawn none yet"
    for _ in range(6):
        app.child.send("\x1b[?62;22c")
        app.settle(0.3)
    app.wait("anna0", "100")
