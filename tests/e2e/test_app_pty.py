"""The app in a real terminal: the whole thread, hostile text, sudden ends, and what it looks like at 80x24."""

from __future__ import annotations

import signal
import socket
import time
from collections.abc import Callable, Iterator
from email import message_from_bytes
from email.message import Message
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller

from influtui.cli.main import main as command

HEADER = "handle,platform,full name,followers,er,country,email,topics,bio\n"
PEOPLE = [
    "anna.bakes,instagram,Anna Mistel,48200,3.1,DE,anna@example.org,vegan|baking,Bakes on Sundays",
    "jonas_cooks,tiktok,Jonas Quill,152000,5.4,AT,jonas@example.org,cooking,",
    "mirea.fit,instagram,Mirea Sand,9100,2.2,DE,,fitness,Runs",
]


class Mailbox:
    """A mail server that keeps what it is given."""

    def __init__(self) -> None:
        self.received: list[Message] = []

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        """Take a message."""
        self.received.append(message_from_bytes(envelope.content))
        return "250 kept"


@pytest.fixture
def mailbox() -> Iterator[tuple[Mailbox, int]]:
    """A mail server on this machine, and its port."""
    handler = Mailbox()
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    controller = Controller(handler, hostname="127.0.0.1", port=port)
    controller.start()
    yield handler, port
    controller.stop()


def _people(folder: Path, rows: list[str]) -> str:
    path = folder / "people.csv"
    path.write_text(HEADER + "\n".join(rows) + "\n", "utf-8")
    return str(path)


@pytest.fixture
def world(tmp_path: Path) -> Path:
    """A workspace with three people and a campaign in use."""
    assert command(["creators", "import", _people(tmp_path, PEOPLE)]) == 0
    assert command(["brand", "new", "Brandt & Korn", "--postal-address", "Mill Lane 1, 12345 Town, Germany"]) == 0
    assert command(["product", "new", "OATS-1", "--cost", "4", "--value", "12"]) == 0
    assert command(["campaign", "new", "Spring oats", "--code", "OATS", "--product", "OATS-1"]) == 0
    return tmp_path / "workspace"


def test_the_whole_thread_is_walked_in_the_app(
    tmp_path: Path, open_terminal: Callable[..., Any], mailbox: tuple[Mailbox, int], world: Path
) -> None:
    server, port = mailbox
    add = ["account", "add", "us@brandt.example", "--name", "Una Brandt", "--smtp-host", "127.0.0.1"]
    assert command([*add, "--smtp-port", str(port), "--smtp-security", "none"]) == 0

    app = open_terminal(size=(120, 60))  # A letter, with why it came, and its answer stand in the detail as a whole.
    app.wait("3 accounts", "jonas_cooks", "@OATS")

    # Search, look, pick.
    app.press("/", "text:topic:vegan", "enter")
    app.wait("1 account", "Anna Mistel", "48,200")
    app.press("s")
    app.wait("Shortlisted: @anna.bakes", "1/15 picked")

    # Write to her from a template.
    app.press("c")
    app.wait("template")
    app.press("text:gift", "enter")
    app.wait("What would be sent", "anna@example.org", "Send 1 letter now?")
    assert not server.received
    app.press("y")
    app.wait("Sent 1 letter")
    assert server.received[0]["To"] == "anna@example.org"

    # The Inbox shows the conversation; paste her answer in.
    app.press("4")
    app.wait("1 conversation", "Anna Mistel", "waits for them")
    app.press("p")
    app.wait("What Anna Mistel answered")
    app.paste("Yes, gladly!\nOn Monday, Una wrote:\n> Hello Anna\n> would you\n")
    app.wait("would you")
    app.press("ctrl+s")
    app.wait("Noted what Anna Mistel answered", "waits for us", "Yes, gladly!", "3 quoted lines", "Inbox 1")

    # Reply by mail.
    app.press("r")
    app.wait("Reply to Anna Mistel")
    app.press("text:Wonderful. Two reels?")
    app.press("ctrl+s")
    app.wait("Send it to anna@example.org?")
    app.press("y")
    app.wait("Sent to anna@example.org", "Wonderful")
    assert server.received[1]["In-Reply-To"]

    # The agreed terms.
    app.press("e")
    app.wait("Terms with Anna Mistel", "fee:")
    app.settle()
    app.press("ctrl+u")  # The line under the cursor is the empty last one; a whole sheet is pasted instead.
    sheet = "content: 2 reels\ncaptions: #ad first\ngo_live: 2026-12-01\nplacement: reel\nretention: 90 days\n"
    app.paste(sheet + "rights: -\nfee: 250\nproduct: OATS-1\nagreed: yes\n")
    app.wait("OATS-1")
    app.press("ctrl+s")
    app.wait("Terms with Anna Mistel agreed")

    # A parcel, recognised offline, with its carrier's link.
    app.press("5")
    app.wait("No parcels yet")
    app.press("p")
    app.wait("One parcel a line")
    app.paste("1Z5R89390357567127\nnot-a-number\n")
    app.wait("1 of 2 recognised", "UPS")
    app.press("ctrl+s")
    app.wait("1 recorded", "1 refused", "not-a-number")
    app.press("esc")
    app.wait("1 parcel", "Anna Mistel", "https://www.ups.com/")

    # The post's link, and what a thousand impressions cost: (250 + 4) / 12,700 * 1,000 = 20.
    app.press("2")
    app.wait("1 account")
    app.press("f")
    app.wait("link of @anna.bakes's post")
    app.press("text:https://www.instagram.com/reel/Cabcdefghij/", "enter")
    app.wait("impressions")
    app.press("text:12700", "enter")
    app.wait("CPM")
    app.wait("20.00 USD", "12.7K impressions", "UPS 1Z5R89390357567127")

    # Undo names what it takes back; quitting gives the screen back.
    app.press("u")
    app.wait("Taken back: recorded a post")
    app.press("q")
    assert app.ended() == 0
    assert app.raw.rstrip().endswith(b"\x1b[?1049l") or b"\x1b[?1049l" in app.raw[-400:]


def test_a_draft_survives_kill_dash_nine(open_terminal: Callable[..., Any], world: Path) -> None:
    assert command(["inbox", "log-dm", "instagram:anna.bakes", "--text", "Hello, is this still on?"]) == 0
    app = open_terminal()
    app.wait("3 accounts")
    app.press("4")
    app.wait("1 conversation", "is this still on?")
    app.press("r")
    app.wait("Reply to")
    app.press("text:Yes it is, and")
    app.wait("Yes it is, and")
    time.sleep(2.0)
    app.kill(signal.SIGKILL)
    assert app.ended() == -signal.SIGKILL

    again = open_terminal()
    again.wait("3 accounts")
    again.press("4")
    again.wait("Draft, not sent", "Yes it is, and")
    again.press("r")
    again.wait("Reply to", "Yes it is, and")


def test_at_80x24_the_list_has_the_screen_and_enter_drills_down(open_terminal: Callable[..., Any], world: Path) -> None:
    app = open_terminal(size=(80, 24))
    app.wait("3 accounts", "jonas_cooks", "@OATS")
    app.settle()
    assert app.line(0).startswith(" workspace · @OATS")
    assert "2 Discover" in app.line(0)
    assert app.line(1).lstrip().startswith("/")
    assert app.line(2).split() == ["handle", "on", "followers↓", "ER", "fit", "auth", "in", "name"]
    assert app.line(3).startswith("›")
    assert "jonas_cooks" in app.line(3)
    assert "152K" in app.line(3)
    assert "? keys" in app.line(-1)
    assert "q quit" in app.line(-1)
    app.press("enter")
    app.wait("@jonas_cooks", "152,000", gone="anna.bakes")
    app.press("esc")
    app.wait("anna.bakes")


def test_pasting_forty_handles_never_acts_as_keys(open_terminal: Callable[..., Any], world: Path) -> None:
    app = open_terminal()
    app.wait("3 accounts")
    app.settle()
    app.child.send("".join(f"instagram:quest.{number}\r" for number in range(40)))
    app.wait("Add people", "40 of 40 can be added")
    app.press("ctrl+s")
    app.wait("40 accounts added", "43 accounts")


def test_what_another_process_changes_shows_by_itself(open_terminal: Callable[..., Any], world: Path) -> None:
    app = open_terminal()
    app.wait("3 accounts")
    app.settle()
    assert command(["creators", "add", "https://www.instagram.com/new.person"]) == 0
    app.wait("4 accounts", "new.person")


@pytest.mark.parametrize("term", ["dumb", ""])
def test_a_terminal_that_cannot_draw_is_refused_with_a_pointer(open_terminal: Callable[..., Any], term: str) -> None:
    app = open_terminal(TERM=term)
    app.wait("cannot draw on this terminal", "influtui --help")
    assert app.ended() == 2
    assert b"\x1b" not in app.raw


def test_an_empty_workspace_says_what_to_do(open_terminal: Callable[..., Any]) -> None:
    app = open_terminal(size=(80, 24))
    text = app.wait("Nobody here yet")
    for way in (":creators import", "paste handles", ":discover bluesky", "influtui demo"):
        assert way in text


def test_the_command_line_runs_inside_the_app(open_terminal: Callable[..., Any], world: Path) -> None:
    app = open_terminal()
    app.wait("3 accounts")
    app.press(":", "text:creators edit % --add-tag seen", "enter")
    app.wait("#seen")
    app.press(":", "text:nonsense", "enter")
    app.wait("No such command")
    app.press(":", "text:campaign list", "enter")
    app.wait("OATS")


def test_a_wrong_search_says_where_and_changes_nothing(open_terminal: Callable[..., Any], world: Path) -> None:
    app = open_terminal()
    app.wait("3 accounts", "@OATS")
    app.press("/", "text:tiier:micro", "enter")
    app.wait("tiier", "tier:", "3 accounts")
    app.press("/", "text:nobodyatall", "enter")
    app.wait("Nobody matches", "0 accounts")
    app.press("esc")
    app.wait("3 accounts", "anna.bakes")


def test_everybody_can_be_tagged_at_once_and_one_key_takes_it_back(
    open_terminal: Callable[..., Any], world: Path
) -> None:
    app = open_terminal()
    app.wait("3 accounts", "@OATS")
    app.press("*", "down", "space")
    app.wait("2 marked")
    app.press("t")
    app.wait("tag 2 accounts")
    app.press("text:VIP", "enter")
    app.wait("Tagged vip: 2 accounts")
    app.press("u")
    app.wait("Taken back: tagged vip")
    app.press("ctrl+r")
    app.wait("Put back: tagged vip")


def test_a_missing_mailbox_is_told_in_full_with_the_command_that_helps(
    open_terminal: Callable[..., Any], world: Path
) -> None:
    app = open_terminal(size=(80, 24))
    app.wait("3 accounts", "@OATS")
    app.press("c")
    app.wait("template")
    app.press("text:gift", "enter")
    app.wait("there is no mailbox", "influtui account add", "--smtp-host")
    app.press("esc")
    app.wait("jonas_cooks")


def test_read_only_shows_everything_and_refuses_writes_with_the_reason(
    open_terminal: Callable[..., Any], world: Path
) -> None:
    app = open_terminal("--read-only")
    app.wait("3 accounts", "read-only", "@OATS")
    app.press("s")
    app.wait("shortlist: this session is read-only")
    app.press("1")
    app.wait("There is no pane 1")
