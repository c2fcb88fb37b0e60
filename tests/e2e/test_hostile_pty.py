"""Text from outside in every place that shows it: not one byte of theirs arrives raw, and no markup acts.

The app is walked twice: as it ships, and with its last door (the scrubber) open, so that what only the door keeps out is
found too. What is written in an editor is Textual's own and stands behind the door alone.
"""

from __future__ import annotations

import base64
import re
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from influtui.cli.main import main as command

HOSTILE = [
    "\x1b]52;c;ZXZpbA==\x07copied", "\x1b]0;title\x07", "\x1b[31mred\x1b[0m", "\x9b31mC1", "\x1b[2J\x1b[Hcleared",
    "[@click=app.exit]click[/]", "[/b]", "[bold]x", "\u202egnp.exe", "\u2066iso\u2069", "nul\x00nul", "e" + "\u0301" * 10_000,
    "\x0e\x0fshift", "\x1b]8;;http://evil.example\x07link\x1b]8;;\x07", "\x1bP1$r\x1b\\", "\x7f\x08\x08back",
]  # fmt: skip
ALL = " ".join(each.replace("\u0301" * 10_000, "\u0301" * 50) for each in HOSTILE)
KEEPABLE = ALL.replace("\x00", "")
"""What can be an argument of a program, or a file's name."""
SHORT = "\x1b]52;c;eA==\x07\x9b31m[/b][@click=app.exit]\u202e"

PASTED = KEEPABLE.replace("\x1b", "")
"""What a terminal lets through when a person pastes: an escape would end the paste."""

OPEN_DOOR = """
import sys
from influtui.tui import scrubber
scrubber.Scrubber.apply = lambda self, segments, background: segments
from influtui.__main__ import main
sys.exit(main(sys.argv[1:]))
"""

OWN = (
    rb"\x1b\[[0-9;?>=<]*[A-Za-z]|\x1b\[\?[0-9;]*\$p|\x1b[=>78]|\x1b\]22;default\x07|\x1b\]2;influtui[ -~]*\x07"
    rb"|\x1b\]52;c;[A-Za-z0-9+/=]*(?:\x07|\x1b\\)|\x1b\]8;(?:id=[0-9]+;https://(?!evil)[!-~]+?|;)\x1b\\"
)
"""What the app itself sends: cursor and colours, queries, the pointer's shape, the title, what a person copied, and links
of the allowed kind."""


@pytest.fixture
def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A workspace in a folder with a hostile name, full of hostile text."""
    folder = tmp_path / f"ws{SHORT}".replace("/", "")
    monkeypatch.setenv("INFLUTUI_WORKSPACE", str(folder))
    rows = ["handle,platform,full name,followers,er,country,email,topics,bio,url"]
    for number, text in enumerate(HOSTILE):
        quoted = '"' + text.replace('"', '""') + '"'
        everything = '"' + ALL.replace('"', '""') + '"'
        link = '"https://example.org/\x9b31m\x07"'
        rows.append(
            f"h{number},instagram,{quoted},{1000 + number},1.0,DE,x{number}@example.org,{quoted},{everything},{link}"
        )
    path = tmp_path / "people.csv"
    path.write_text("\n".join(rows) + "\n", "utf-8")
    assert command(["creators", "import", str(path)]) in (0, 3)
    assert command(["brand", "new", f"B {KEEPABLE}", "--postal-address", f"Somewhere {KEEPABLE}"]) == 0
    assert command(["campaign", "new", f"C {KEEPABLE}", "--code", "C"]) == 0
    for number in (15, 14):
        who = f"instagram:h{number}"
        assert command(["creators", "edit", who, "--note", KEEPABLE, "--add-tag", "tag[/b]"]) == 0
        assert command(["campaign", "shortlist", "add", who, "--reason", KEEPABLE]) == 0
        assert command(["inbox", "log-dm", who, "--text", KEEPABLE]) == 0
        assert command(["creators", "edit", who, "--set", f"name={KEEPABLE}"]) == 0
    assert command(["ship", "add", "instagram:h15", "RR123456785DE"]) == 0
    command(["template", "new", "hello", "--subject", KEEPABLE, "--body", KEEPABLE])
    command(["search", "save", "mine", f'"{SHORT[:8]}" {KEEPABLE[:40]}'])
    (folder / "keymap.toml").write_text(
        '[[command]]\nkey = "M"\npane = "discover"\nconfirm = true\n'
        f'name = "Own {_toml(KEEPABLE)}"\nline = "creators note {{ref}} \'{_toml(SHORT)}\'"\n'
        f'[discover]\n"{_toml(SHORT)}" = "no-such-{_toml(SHORT)}"\n',
        "utf-8",
    )
    names = tmp_path / "names"
    names.mkdir()
    for name in (f"a{SHORT}".replace("/", "") + ".csv", "ab.csv"):
        (names / name).touch()
    return folder


def _toml(text: str) -> str:
    return "".join(f"\\u{ord(each):04x}" if not 32 <= ord(each) < 127 or each in "\"'\\" else each for each in text)


def _assert_harmless(app: Any, where: str) -> None:
    rest = re.sub(OWN, b"", app.raw)
    at = rest.find(b"\x1b")
    assert at < 0, f"{where}: {rest[max(0, at - 60) : at + 60]!r}"
    text = rest.decode("utf-8")
    raw = re.search("[\x00-\x06\x0e-\x1a\x7f-\x9f\u202a-\u202e\u2066-\u2069]", text)
    assert raw is None, f"{where}: {text[max(0, raw.start() - 60) : raw.end() + 60]!r}"
    assert "\u0301" * 5 not in text, f"{where}:\n{app.text}"
    assert app.child.isalive(), where


Walk = Callable[..., None]


@pytest.fixture
def begin(open_terminal: Callable[..., Any], world: Path) -> Callable[..., tuple[Any, Walk]]:
    """Start the app, with its last door open or shut, and a way to go from place to place."""

    def started(*, door: str) -> tuple[Any, Walk]:
        argv = [sys.executable, "-m", "influtui"] if door == "shut" else [sys.executable, "-c", OPEN_DOOR]
        app = open_terminal(size=(140, 44), workspace=world, argv=argv)

        def walk(where: str, *keys: str, wait: str = "", quiet: float = 0.15) -> None:
            app.press(*keys)
            if wait:
                app.wait(wait)
            app.settle(quiet)
            _assert_harmless(app, where)

        return app, walk

    return started


def test_what_is_drawn_is_harmless_before_the_last_door(
    tmp_path: Path, begin: Callable[..., tuple[Any, Walk]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path / "names")
    app, walk = begin(door="open")
    walk("the start: header, list, a keymap's mistakes", wait="16 accounts", quiet=1.2)
    walk("messages", "!", wait="Messages")
    walk("the detail, and its end", "esc", "tab", "G")
    walk("why", "tab", "w", wait="Why ")
    walk("facets", "w", "F", wait="topic")
    walk("a facet in the search, and the title", "G", "enter")
    walk("nobody found", "F", "/", "ctrl+u", f"text:zz{SHORT[4:8]}", "enter")
    app.press("esc", "esc", "esc")
    app.press("/")
    app.paste(PASTED)
    walk("a search that was pasted")
    walk("a search that cannot be read", "enter")
    app.press("esc", "esc", "esc")
    walk("saved searches", "'", wait="mine")
    walk("a saved search", "text:mine", "enter")
    app.press("esc", "esc")
    walk("the palette", ";", "text:own", wait="Own")
    app.press("esc")
    walk("completion of paths", ":", "text:creators import a", "tab", wait=".csv")
    app.press("esc")
    walk("what a line is confirmed with", "M", wait="go on?")
    app.press("n")
    walk("a reason in a prompt", "g", "x")
    app.press("esc")
    walk("who is written to", "c", wait="template")
    app.press("esc", "esc")
    walk("a copied handle and link", "y", wait="Copied")
    walk("a copied link", "Y")
    walk("lookalikes", "L")
    app.press("esc", "esc")
    walk("what a command wrote", ":", "text:creators show instagram:h15", "enter", wait="/ finds")
    walk("words found on it", "/", "text:evil", "enter")
    walk("a refusal", "esc", ":", "text:creators show instagram:no-body", "enter")
    app.press("esc")
    walk("a program's output", "|", "text:cat", "enter", wait="/ finds")
    walk("conversations", "esc", "4", wait="2 conversations", quiet=0.8)
    walk("the notice of a copied address", "y")
    walk("parcels", "5", wait="1 parcel", quiet=0.8)
    walk("the keys", "?", wait="Keys of")
    app.press("esc")
    for copied in re.findall(rb"\x1b\]52;c;([A-Za-z0-9+/=]*)", app.raw):
        text = base64.b64decode(copied).decode()
        assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e]", text), "it would act where it is pasted"
    app.press("q")
    app.ended()


def test_what_is_written_in_an_editor_is_harmless_behind_it(begin: Callable[..., tuple[Any, Walk]]) -> None:
    app, walk = begin(door="shut")
    walk("the start", wait="16 accounts", quiet=1.0)
    walk("conversations", "4", wait="2 conversations", quiet=0.5)
    walk("terms", "e", wait="Terms with", quiet=0.5)
    walk("a reply with what they wrote under it", "esc", "r", wait="Reply to", quiet=0.5)
    app.press("esc")
    app.press("5", "p")
    app.wait("One parcel a line")
    app.paste(f"{PASTED}\n")
    walk("numbers in the paste box", wait="evil", quiet=0.5)
    walk("what was refused of them", "ctrl+s", wait="refused")
