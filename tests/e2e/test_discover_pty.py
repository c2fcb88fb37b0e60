"""The Discover pane in a real terminal: looking, judging and editing, with the keys counted."""

from __future__ import annotations

import csv
import re
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from influtui.cli.main import main as command
from influtui.services import viewing
from influtui.services.workspace import opened
from influtui.tui.panes.searching import View

PEOPLE = [
    ("anna.bakes", "instagram", "Anna Mistel", 48_200, 3.1, "DE", "vegan|baking", "Bakes vegan cakes on Sundays"),
    ("jonas_cooks", "tiktok", "Jonas Quill", 152_000, 5.4, "AT", "cooking", "Cooks for six"),
    ("mirea.fit", "instagram", "Mirea Sand", 9_100, 2.2, "DE", "fitness", "Runs"),
    ("oda.oats", "instagram", "Oda Flink", 23_000, 4.0, "DE", "vegan|baking", "Vegan oats and cakes"),
]


@pytest.fixture
def world(tmp_path: Path) -> Path:
    """A workspace with four people, and a campaign in use."""
    path = tmp_path / "people.csv"
    with path.open("w", newline="", encoding="utf-8") as file:
        rows = csv.writer(file)
        rows.writerow(["handle", "platform", "full name", "followers", "er", "country", "topics", "bio"])
        rows.writerows(PEOPLE)
    assert command(["creators", "import", str(path)]) == 0
    assert command(["brand", "new", "Brandt & Korn", "--postal-address", "Mill Lane 1, 12345 Town, Germany"]) == 0
    assert command(["campaign", "new", "Spring oats", "--code", "OATS", "--niche", "vegan"]) == 0
    return tmp_path / "workspace"


Open = Callable[..., Any]


def handles(app: Any) -> list[str]:
    """The handles on the screen, from the top."""
    known = [handle for handle, *_ in PEOPLE]
    return [word for line in app.text.splitlines()[3:-2] for word in line.split("│")[0].split() if word in known]


def test_columns_and_order_are_found_again_as_they_were_left(open_terminal: Open, world: Path) -> None:
    app = open_terminal()
    app.wait("4 accounts", "@OATS")
    app.press("o", "h")
    app.wait("Sorted by handle, upwards", "handle↑")
    app.press("o", "h")
    app.wait("handle↓")
    app.press("O", "ctrl+u", "text:er handle age", "enter")
    app.wait("Columns kept for you")
    assert app.line(2).split()[:3] == ["ER", "handle↓", "age"]
    assert handles(app) == ["oda.oats", "mirea.fit", "jonas_cooks", "anna.bakes"]
    app.press("q")
    assert app.ended() == 0

    again = open_terminal()
    again.wait("4 accounts", "handle↓")
    assert again.line(2).split()[:3] == ["ER", "handle↓", "age"]
    again.press("O", "ctrl+u", "text:hight", "enter")
    again.wait("there is no column “hight”")
    again.press("esc")
    again.wait("4 accounts", gone="Not done")
    again.press("O", "ctrl+u", "enter")
    again.wait("as they were made", "followers")


async def test_an_order_that_needs_a_campaign_is_left_where_there_is_none(open_terminal: Open, tmp_path: Path) -> None:
    async with opened(tmp_path / "workspace") as workspace:
        await viewing.remember(workspace, "discover", View(sort="fit"))
    app = open_terminal()
    app.wait("Nobody here yet", "followers↓")
    assert app.child.isalive()


def test_every_person_is_decided_about_with_at_most_two_keys(open_terminal: Open, world: Path) -> None:
    app = open_terminal()
    app.wait("4 accounts", "@OATS", "0/15 picked")
    assert handles(app) == ["jonas_cooks", "anna.bakes", "oda.oats", "mirea.fit"]
    app.press("x", "2")
    app.wait("Rejected: @jonas_cooks (timing)", "1 rejected hidden", "3 accounts")
    app.press("s")
    app.wait("Shortlisted: @anna.bakes", "1/15 picked")
    app.press("z")
    app.wait("Put off: @oda.oats")
    app.press("x")
    app.wait("reject @mirea.fit:", "1 price")
    app.press("text:no oats", "enter")
    app.wait("Rejected: @mirea.fit (no oats)", "2 accounts")
    assert handles(app) == ["anna.bakes", "oda.oats"]


def test_the_rejected_come_back_only_when_asked_for(open_terminal: Open, world: Path) -> None:
    assert command(["campaign", "shortlist", "reject", "instagram:anna.bakes", "--reason", "too dear"]) == 0
    app = open_terminal()
    app.wait("3 accounts", "1 rejected hidden")
    assert "anna.bakes" not in handles(app)
    app.press("/", "text:vegan", "enter")
    app.wait("1 account", "/ vegan")
    app.press("X")
    app.wait("2 accounts", "1 rejected shown")
    app.press("g", "enter")
    app.wait("too dear", "Anna Mistel")
    app.press("esc", "X")
    app.wait("1 account", "1 rejected hidden")
    app.press("/", "ctrl+u", "text:reason:dear", "enter")
    app.wait("1 account", "anna.bakes")
    app.press("u")
    app.wait("Taken back")


def test_the_shortlist_meter_and_the_filter_show_at_80_columns_too(open_terminal: Open, world: Path) -> None:
    assert command(["campaign", "shortlist", "reject", "instagram:anna.bakes"]) == 0
    app = open_terminal(size=(80, 24))
    app.wait("3 accounts", "✓ 0/15", "✗ hidden")


def test_w_explains_every_score_row_by_row_until_w_again(open_terminal: Open, world: Path) -> None:
    app = open_terminal()
    app.wait("4 accounts", "@OATS", "Not scored")
    app.press("w")
    app.wait("Why tiktok:jonas_cooks for OATS", "relevance", "topics")
    app.press("down")
    app.wait("Why instagram:anna.bakes for OATS")
    app.press("w")
    app.wait("Anna Mistel", gone="Why instagram")
    app.press(":", "text:creators score tier:nano,micro,macro", "enter")
    app.wait("authenticity", "sure")


def editor(folder: Path, *lines: str) -> dict[str, str]:
    """An editor that changes a file as these lines of Python say (`text` is what is in it)."""
    path = folder / "editor.py"
    head = ["import pathlib, sys", "path = pathlib.Path(sys.argv[1])", "text = path.read_text('utf-8')"]
    path.write_text("\n".join([*head, *lines, "path.write_text(text, 'utf-8')"]) + "\n", "utf-8")
    return {"EDITOR": f"{sys.executable} {path}", "VISUAL": ""}


def test_all_that_a_search_finds_is_edited_with_four_keys(tmp_path: Path, open_terminal: Open, world: Path) -> None:
    change = editor(tmp_path, "text = text.replace('country = \"DE\"', 'country = \"AT\"')")
    app = open_terminal(**change)
    app.wait("4 accounts", "@OATS")
    app.press("/", "text:country:DE", "enter")
    app.wait("3 accounts")
    app.press("*", "E")
    app.wait("What would change: 3 rows", "instagram:anna.bakes", "- DE", "+ AT", "y apply")
    app.press("y")
    app.wait("3 rows changed. u takes it back.", "Nobody matches")
    app.press("u")
    app.wait("Taken back", "3 accounts", "anna.bakes")


def test_a_mistake_goes_back_into_the_editor_and_nothing_is_lost(
    tmp_path: Path, open_terminal: Open, world: Path
) -> None:
    change = editor(
        tmp_path,
        "if '#! ' in text: text = text.replace('country = \"Nowhere\"', 'country = \"CH\"')",
        "else: text = text.replace('country = \"AT\"', 'country = \"Nowhere\"')",
    )
    app = open_terminal(**change)
    app.wait("4 accounts", "@OATS")
    app.press("E")
    app.wait("What would change: 1 row", "- AT", "+ CH")
    app.press("esc")
    app.wait("Nothing was changed. The sheet is kept as edit.toml")
    assert 'country = "CH"' in (world / "edit.toml").read_text("utf-8")
    app.press("E")
    app.wait("What would change: 1 row")
    assert 'country = "CH"' in (world / "edit-earlier.toml").read_text("utf-8")
    app.press("y")
    app.wait("1 row changed")
    assert not (world / "edit.toml").exists()


def test_a_sheet_that_nobody_mends_is_kept_and_the_app_goes_on(
    tmp_path: Path, open_terminal: Open, world: Path
) -> None:
    change = editor(tmp_path, "text = text.replace('country = \"AT\"', 'country = ')")
    app = open_terminal(**change)
    app.wait("4 accounts", "@OATS")
    app.press("E")
    app.wait("Not done", "kept in")
    assert "country = \n" in (world / "edit.toml").read_text("utf-8")
    app.press("esc")
    app.wait("jonas_cooks", gone="Not done")


@pytest.mark.parametrize(
    ("program", "told"), [("", "no editor is set"), ("false", "ended with 1"), ("/no/such", "does not start")]
)
def test_an_editor_that_does_not_work_says_so(open_terminal: Open, world: Path, program: str, told: str) -> None:
    app = open_terminal(EDITOR=program, VISUAL="")
    app.wait("4 accounts", "@OATS")
    app.press("E")
    app.wait(told)
    assert app.child.isalive()


def test_an_editor_with_a_screen_of_its_own_gets_the_terminal_and_gives_it_back(
    tmp_path: Path, open_terminal: Open, world: Path
) -> None:
    change = editor(
        tmp_path,
        "sys.stdout.write('\\x1b[?1049h\\x1b[2JThe editor has the screen'); sys.stdout.flush()",
        "import termios, tty; tty.setraw(0); key = sys.stdin.read(1); sys.stdout.write('\\x1b[?1049l')",
        "text = text.replace('tags = []', f'tags = [\"{key}\"]')",
    )
    app = open_terminal(**change)
    app.wait("4 accounts", "@OATS")
    app.press("E")
    app.wait("The editor has the screen", gone="jonas_cooks")
    app.press("q")
    app.wait("What would change", "+ q")
    app.press("y")
    app.wait("1 row changed", "#q", "jonas_cooks")


def test_facets_go_into_the_search_and_out_of_it_with_counts_that_are_exact(open_terminal: Open, world: Path) -> None:
    app = open_terminal()
    app.wait("4 accounts", "@OATS")
    app.press("F")
    app.wait("Facets", "instagram", "baking", "› ")
    assert re.search(r"instagram +3 ", app.text)
    assert re.search(r"DE +3 ", app.text)
    app.press("G", "enter")
    app.wait("/ topic:", "1 account")
    app.press("enter")
    app.wait("4 accounts")
    app.press("g", "down", "enter")
    app.wait("/ tier:", "✓ ")
    app.press("g", "down", "enter")
    app.wait(",")
    app.press("esc")
    app.wait("Numbers", gone="Facets")


def test_where_facets_hide_the_list_nothing_is_done_to_a_row_that_nobody_sees(open_terminal: Open, world: Path) -> None:
    app = open_terminal(size=(80, 24))
    app.wait("4 accounts", "@OATS")
    app.press("F")
    app.wait("Facets", "platform")
    app.press("s")
    app.wait("the list is out of sight: F closes the facets")
    app.press("F", "s")
    app.wait("Shortlisted: @jonas_cooks", gone="Facets")


def test_a_search_gets_a_name_in_its_line_and_one_key_after_the_quote_recalls_it(
    open_terminal: Open, world: Path
) -> None:
    app = open_terminal()
    app.wait("4 accounts", "@OATS")
    app.press("'")
    app.wait("No search is saved")
    app.press("/", "text:topic:veg", "tab")
    app.press("backspace", "ctrl+u", "text:topic:vegan")
    app.press("ctrl+s")
    app.wait("save this search as", "2 accounts")
    app.press("v", "enter")
    app.wait("Saved. 'v recalls it")
    app.press("esc")
    app.wait("4 accounts")
    app.press("'", "v")
    app.wait("2 accounts", "/ topic:vegan", "'v, saved by")


def test_the_search_line_completes_qualifiers_and_remembers_across_sessions(open_terminal: Open, world: Path) -> None:
    app = open_terminal()
    app.wait("4 accounts", "@OATS")
    app.press("/", "text:coun", "tab")
    app.wait("/ country:")
    app.press("text:AT", "enter")
    app.wait("1 account", "jonas_cooks")
    app.press("q")
    assert app.ended() == 0
    again = open_terminal()
    again.wait("4 accounts", "@OATS")
    again.press("/", "ctrl+p")
    again.wait("/ country:AT")
    again.press("enter")
    again.wait("1 account", "jonas_cooks")


def test_lookalikes_come_with_their_grounds_and_esc_shows_everybody_again(open_terminal: Open, world: Path) -> None:
    app = open_terminal()
    app.wait("4 accounts", "@OATS")
    app.press("down", "L")
    app.wait("like @anna.bakes", "95 of 100 like @anna.bakes", "1 account")
    assert handles(app)[0] == "oda.oats"
    app.press("esc")
    app.wait("4 accounts", "Everybody again")


def under_cursor(app: Any, handle: str, why: str = "the cursor is elsewhere") -> None:
    """Wait until the row that is highlighted is that of a handle."""
    app.until(
        lambda: any(
            line.startswith("›") and line.lstrip("› ✓✗z●").split()[:1] == [handle] for line in app.text.splitlines()
        ),
        why,
    )


def test_the_highlighted_row_the_detail_and_what_an_act_takes_are_one(open_terminal: Open, world: Path) -> None:
    app = open_terminal()
    app.wait("4 accounts", "@OATS")
    app.press("down", "down")
    app.wait("Oda Flink", "Vegan oats and cakes")

    app.press("/", "text:folowers:>3", "enter")
    app.wait("folowers")
    app.press("esc")
    app.wait("/ search", "4 accounts")
    under_cursor(app, "oda.oats")
    assert "Vegan oats and cakes" in app.text

    app.press("/", "text:zzz")
    app.wait("0 accounts")
    app.press("esc")
    app.wait("4 accounts", "Vegan oats and cakes")
    under_cursor(app, "oda.oats", "giving a search up goes back to the row")

    assert command(["campaign", "shortlist", "reject", "tiktok:jonas_cooks"]) == 0
    app.wait("3 accounts")
    under_cursor(app, "oda.oats", "rows that somebody else takes away move the cursor with its row")
    app.press("s")
    app.wait("Shortlisted: @oda.oats", "1/15 picked")
    under_cursor(app, "mirea.fit", "the cursor goes on")
    app.press("u")
    app.wait("Taken back: picked instagram:oda.oats", "0/15 picked")
    under_cursor(app, "oda.oats", "and back to who was decided about")
