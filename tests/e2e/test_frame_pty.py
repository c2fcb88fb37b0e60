"""The frame of the app in a real terminal: the `:` line, keys of one's own, notices, the title, sudden ends."""

from __future__ import annotations

import signal
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from influtui.cli.main import main as command

HEADER = "handle,platform,full name,followers,er,country,email,topics,bio\n"
PEOPLE = [
    "anna.bakes,instagram,Anna Mistel,48200,3.1,DE,anna@example.org,vegan|baking,Bakes on Sundays",
    "jonas_cooks,tiktok,Jonas Quill,152000,5.4,AT,jonas@example.org,cooking,",
    "mirea.fit,instagram,Mirea Sand,9100,2.2,DE,,fitness,Runs",
]
Open = Callable[..., Any]


@pytest.fixture
def world(tmp_path: Path) -> Path:
    """A workspace with three people and a campaign in use."""
    people = tmp_path / "people.csv"
    people.write_text(HEADER + "\n".join(PEOPLE) + "\n", "utf-8")
    assert command(["creators", "import", str(people)]) == 0
    assert command(["brand", "new", "Brandt & Korn", "--postal-address", "Mill Lane 1, 12345 Town, Germany"]) == 0
    assert command(["campaign", "new", "Spring oats", "--code", "OATS"]) == 0
    return tmp_path / "workspace"


def test_a_line_is_completed_and_comes_back_in_the_next_session(open_terminal: Open, world: Path) -> None:
    app = open_terminal()
    app.wait("3 accounts", "@OATS")
    app.press(":", "text:camp", "tab")
    app.wait(":campaign")
    app.press("text:us", "tab")
    app.wait(":campaign use")
    app.press("tab")
    app.wait(":campaign use OATS")
    app.press("enter")
    app.wait("OATS")
    app.settle()
    app.press("q")
    assert app.ended() == 0
    again = open_terminal()
    again.wait("3 accounts", "@OATS")
    again.settle()
    again.press(":", "up")
    again.wait(":campaign use OATS")


def test_what_cannot_be_undone_is_asked_in_the_line(open_terminal: Open, world: Path) -> None:
    app = open_terminal()
    app.wait("3 accounts", "@OATS")
    app.press(":", "text:creators forget instagram:mirea.fit", "enter")
    app.wait("y yes")
    app.press("x")
    app.wait("Nothing was done", "3 accounts")
    app.press("esc", ":", "text:creators forget instagram:mirea.fit", "enter")
    app.wait("y yes")
    app.press("y")
    app.wait("2 accounts")


def test_a_long_line_says_how_far_it_is_and_is_stopped_with_escape(
    tmp_path: Path, open_terminal: Open, world: Path
) -> None:
    many = tmp_path / "many.csv"
    many.write_text(HEADER + "".join(f"quest{n},instagram,,{n},1,DE,,,\n" for n in range(400_000)), "utf-8")
    app = open_terminal()
    app.wait("3 accounts", "@OATS")
    app.press(":", f"text:creators import {many}", "enter")
    app.wait("esc stops  :creators import")
    app.press("down")
    app.wait("/s")  # The app works on, and says how far the line is.
    app.press("esc")
    app.wait("Interrupted")
    assert app.child.isalive()


def test_what_a_command_wrote_is_searched(open_terminal: Open, world: Path) -> None:
    app = open_terminal(size=(100, 24))
    app.wait("3 accounts", "@OATS")
    app.press(":", "text:creators edit --help", "enter")
    app.wait("Usage:", "/ finds")
    app.press("/", "text:write a note", "enter")
    app.wait("Write a note on each person")
    app.press("/", "text:nowhere at all", "enter")
    app.wait("No line has")
    app.press("esc")
    app.wait("jonas_cooks")


def test_an_editor_is_refused_where_the_app_has_the_screen(open_terminal: Open, world: Path) -> None:
    app = open_terminal(EDITOR="vi")
    app.wait("3 accounts", "@OATS")
    app.press(":", "text:creators edit % --editor", "enter")
    app.wait("no editor can be opened from here")


def test_every_action_can_be_typed(open_terminal: Open, world: Path) -> None:
    app = open_terminal()
    app.wait("3 accounts", "@OATS")
    app.press(":", "text:do mark-all", "enter")
    app.wait("3 marked")
    app.press(":", "text:do inbox", "enter")
    app.wait("0 conversations")
    app.press(":", "text:do dance", "enter")
    app.wait("Nothing here is called")


def test_any_pane_is_one_key_from_any_other(open_terminal: Open, world: Path) -> None:
    app = open_terminal()
    app.wait("3 accounts", "@OATS")
    shows = {"2": "3 accounts", "4": "0 conversations", "5": "0 parcels"}
    for key in "4524254":
        app.press(key)
        app.wait(shows[key])


def test_a_line_about_rows_runs_for_each_and_names_what_a_row_lacks(open_terminal: Open, world: Path) -> None:
    assert command(["inbox", "log-dm", "instagram:anna.bakes", "--text", "Hello"]) == 0
    app = open_terminal()
    app.wait("3 accounts", "@OATS")
    app.press("4")
    app.wait("1 conversation", "Anna Mistel")
    app.press(":", "text:creators note {ref} seen-{handle}", "enter")
    app.settle()
    app.press("2", ":", "text:creators show instagram:anna.bakes", "enter")
    app.wait("seen-anna.bakes")
    app.press("esc", "4", ":", "text:creators note {ref} {email}", "enter")
    app.wait("has no email")


def test_keys_of_ones_own_act_and_a_wrong_one_is_told_at_the_start(
    tmp_path: Path, open_terminal: Open, world: Path
) -> None:
    keys = '[discover]\nX = "mark-all"\nB = "marc"\n'
    own = '[[command]]\nkey = "M"\npane = "discover"\nname = "met"\nline = "creators note {ref} met-{handle}"\nconfirm = true\n'
    (world / "keymap.toml").write_text(keys + own, "utf-8")
    app = open_terminal(XDG_CONFIG_HOME=str(tmp_path / "config"))
    app.wait("3 accounts", "keymap.toml:3", "did you mean mark?")
    app.press("X")
    app.wait("3 marked")
    app.press("M")
    app.wait("go on?")
    app.press("y")
    app.settle(1.5)
    app.press("esc", "esc", ":", "text:creators show tiktok:jonas_cooks", "enter")
    app.wait("met-jonas_cooks")


def test_marked_rows_go_to_a_program(open_terminal: Open, world: Path) -> None:
    app = open_terminal()
    app.wait("3 accounts", "@OATS")
    app.press("*", "|")
    app.wait("|")
    app.press("text:grep -c influtui.creator", "enter")
    app.wait("3", gone="esc stops")
    app.press("|", "text:no-such-program", "enter")
    app.wait("does not start")


def test_marks_mean_the_same_in_every_list(open_terminal: Open, world: Path) -> None:
    numbers = ["RR123456785DE", "1Z5R89390357567127", "RB123456785GB"]
    for number in numbers:
        assert command(["ship", "add", number]) == 0
    for handle in ("instagram:anna.bakes", "tiktok:jonas_cooks"):
        assert command(["inbox", "log-dm", handle, "--text", "Sounds lovely"]) == 0
    app = open_terminal()
    app.wait("3 accounts", "@OATS")

    app.press("5")
    app.wait("3 parcels")
    app.press("space", "space")
    app.wait("2 marked")
    app.press("|", "text:grep -c influtui.shipment/1", "enter")
    app.wait("2", gone="esc stops")
    app.press(":", "text:ship show {number}", "enter")
    text = app.wait("/ finds")
    assert sum(number in text for number in numbers) == 2, text
    app.press("esc", "y")
    app.wait("Copied 2 numbers")

    app.press("4")
    app.wait("2 conversations")
    app.press("v", "down", "v")
    app.wait("2 marked")
    app.press("N", "text:met at the fair", "enter")
    app.wait("Noted on 2 people")
    app.press("e")
    app.wait("it is about one conversation, and 2 are marked")
    app.press("|", "text:grep -c Sounds.lovely", "enter")
    app.wait("2", gone="esc stops")

    app.press("2")
    app.wait("3 accounts")
    app.press("*", "N", "text:for the autumn", "enter")
    app.wait("Noted on 3 accounts")
    app.press("u")
    app.wait("Taken back: added a note")


def test_the_palette_finds_an_action_and_costs_a_line(open_terminal: Open, world: Path) -> None:
    app = open_terminal()
    app.wait("3 accounts", "@OATS")
    app.settle(1.0)
    app.child.send(";")
    assert len(app.settle(0.3)) <= 600
    app.press("text:mark", "enter")
    app.wait("1 marked")
    app.press(";", "text:inb", "enter")
    app.wait("0 conversations")
    app.press(";", "text::camp", "enter")
    app.wait(":campaign")


def test_ctrl_q_does_nothing_and_q_closes_what_is_open_before_the_app(open_terminal: Open, world: Path) -> None:
    app = open_terminal(size=(80, 24))
    app.wait("3 accounts", "@OATS")
    app.child.send("\x11")
    app.press("?")
    app.wait("Keys of Discover")
    app.press("q")
    app.wait("jonas_cooks")
    app.press("enter", "q")
    app.wait("anna.bakes")
    assert app.child.isalive()
    app.press("q")
    assert app.ended() == 0


def test_the_terminals_title_says_what_waits_and_is_given_back(open_terminal: Open, world: Path) -> None:
    assert command(["inbox", "log-dm", "instagram:anna.bakes", "--text", "Is it on?"]) == 0
    app = open_terminal()
    app.wait("3 accounts", "@OATS")
    app.settle()
    assert b"\x1b[22;2t" in app.raw
    assert b"\x1b]2;influtui - OATS - 1 waiting\x07" in app.raw
    app.press("q")
    assert app.ended() == 0
    assert b"\x1b[23;2t" in app.raw


def test_what_was_said_can_be_read_again(open_terminal: Open, world: Path) -> None:
    app = open_terminal()
    app.wait("3 accounts", "@OATS")
    app.press("s")
    app.wait("Shortlisted")
    app.press("1")
    app.wait("There is no pane 1")
    app.press("!")
    app.wait("Messages", "Shortlisted", "There is no pane 1")


def test_who_writes_is_told_when_somebody_else_writes_there(open_terminal: Open, world: Path) -> None:
    assert command(["inbox", "log-dm", "instagram:anna.bakes", "--text", "Is it on?"]) == 0
    app = open_terminal()
    app.wait("3 accounts")
    app.press("4")
    app.wait("1 conversation", "Is it on?")
    app.press("r")
    app.wait("Reply to Anna")
    app.press("text:Yes")
    assert command(["inbox", "log-dm", "instagram:anna.bakes", "--text", "Never mind"]) == 0
    app.wait("has written meanwhile", "Never mind", "Yes")


def test_who_is_asked_about_somebody_is_told_what_others_do_to_them(open_terminal: Open, world: Path) -> None:
    app = open_terminal()
    app.wait("3 accounts", "@OATS")
    app.press("down")
    app.wait("Anna Mistel", "Bakes on Sundays")
    app.press("x")
    app.wait("reject @anna.bakes:", "1 price")
    assert command(["creators", "edit", "tiktok:jonas_cooks", "--add-tag", "other"]) == 0
    assert command(["campaign", "shortlist", "add", "instagram:anna.bakes"]) == 0
    app.wait("reject @anna.bakes:", "Meanwhile you, elsewhere, picked instagram:anna.bakes")
    assert "tagged" not in app.line(-2), "what happens to somebody else is not told here"
    app.press("esc", "t")
    app.wait("tag @anna.bakes", "words add tags")
    assert command(["creators", "note", "instagram:anna.bakes", "asks for oat milk"]) == 0
    app.wait("Meanwhile you, elsewhere,", "note")
    app.press("text:dear", "enter")
    app.wait("Tagged dear: 1 account")


@pytest.mark.parametrize("mouse", [True, False])
def test_the_mouse_is_asked_for_only_where_it_is_wanted(open_terminal: Open, world: Path, mouse: bool) -> None:
    app = open_terminal(*([] if mouse else ["--no-mouse"]))
    app.wait("3 accounts", "@OATS")
    assert (b"\x1b[?1000h" in app.raw) == mouse


def test_ctrl_z_gives_the_terminal_to_the_shell_and_fg_brings_the_app_back(open_terminal: Open, world: Path) -> None:
    app = open_terminal()
    app.wait("3 accounts", "@OATS")
    app.settle()
    before = len(app.raw)
    app.child.send("\x1a")
    app.settle(1.0)
    assert b"\x1b[?1049l" in app.raw[before:]
    again = len(app.raw)
    app.kill(signal.SIGCONT)
    app.settle(1.0)
    assert b"\x1b[?1049h" in app.raw[again:]
    app.press("4")
    app.wait("0 conversations")


def test_who_asks_to_stop_is_told_with_the_command_that_helps(open_terminal: Open, world: Path) -> None:
    assert command(["inbox", "log-dm", "instagram:anna.bakes", "--text", "STOP"]) == 0
    app = open_terminal(size=(140, 40))
    app.wait("3 accounts", "@OATS")
    app.press("4")
    app.wait("They ask for no more messages", ":suppress add instagram:anna.bakes")


def test_an_answer_and_on_to_the_next_who_waits_in_four_keys(open_terminal: Open, world: Path) -> None:
    for ref in ("instagram:anna.bakes", "tiktok:jonas_cooks"):
        assert command(["inbox", "log-dm", ref, "--text", f"Question of {ref}"]) == 0
    app = open_terminal()
    app.wait("3 accounts", "@OATS")
    app.press("4")
    app.wait("2 conversations", "2 wait for us", "Anna Mistel", "Jonas Quill")
    first = "Anna Mistel" if "Anna Mistel" in app.line(3) else "Jonas Quill"
    other = "Jonas Quill" if first == "Anna Mistel" else "Anna Mistel"
    app.press("R")
    app.wait(f"Reply to {first}")
    app.press("x", "ctrl+s")
    app.wait("1 wait for us", "Noted as sent", gone="Reply to")
    app.press("R")
    app.wait(f"Reply to {other}")
    app.press("x", "ctrl+s")
    app.wait("waits for them", gone="wait for us")


@pytest.mark.parametrize(
    ("keys", "shows", "typed"),
    [
        (["N"], "note on", "met her at the fair"),
        ([":"], ":", "creators note instagram:anna.bakes"),
        (["/"], "/", "topic:vegan"),
        (["p"], "Add people", "instagram:someone.new"),
        (["5", "p"], "Tracking numbers", "1Z5R89390357567127"),
        (["e"], "Terms with", "remarkable"),
    ],
)
def test_what_is_typed_anywhere_survives_kill_dash_nine(
    open_terminal: Open, world: Path, keys: list[str], shows: str, typed: str
) -> None:
    assert command(["campaign", "shortlist", "add", "tiktok:jonas_cooks"]) == 0
    app = open_terminal()
    app.wait("3 accounts", "@OATS")
    app.settle(1.0)
    app.press(*keys)
    app.wait(shows)
    app.press(f"text:{typed}")
    app.wait(typed)
    time.sleep(2.0)
    app.kill(signal.SIGKILL)
    app.ended()
    again = open_terminal()
    again.wait("3 accounts", "@OATS")
    again.settle(1.0)
    again.press(*keys)
    again.wait(shows, typed)


def test_an_answered_question_leaves_nothing_behind(open_terminal: Open, world: Path) -> None:
    app = open_terminal()
    app.wait("3 accounts", "@OATS")
    app.settle(1.0)
    app.press("N", "text:met at the fair")
    time.sleep(1.5)
    app.press("enter")
    app.wait("Noted")
    app.press("N")
    app.wait("note on")
    assert "met at the fair" not in app.line(-2)
