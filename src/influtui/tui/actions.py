"""Every action of the app, once: what it is called, which keys it has, where it works, and the command line that does the same.

The keymap, the footer, `?`, the palette and the docs' key page all read this registry, and `:do NAME` takes any name in it.
A pane carries an action out with a method `do_<name>`; a method `why_not_<name>` says why it cannot be done now, and then
the action is greyed and says so. The panes themselves are listed here too: adding one is a line.
"""

# ruff: noqa: E501 - a table is read along its rows

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, Literal, NamedTuple

Place = Literal["everywhere", "list", "discover", "facets", "inbox", "shipments", "plugins", "panel", "editor"]
"""Where a key works. What is meant in a pane is looked up there first, then in `list`, then `everywhere`."""


class Action(NamedTuple):
    """One thing that can be done."""

    name: str
    place: Place
    keys: tuple[str, ...]
    label: str
    """One or two words for the footer."""
    help: str
    """A sentence for `?`."""
    footer: int = 0
    """Where in the footer: 1 first; 0 not at all."""
    line: str | None = None
    """The same as words of the command line; `%` is the row or the marked rows, `{id}` the row's number."""

    @property
    def word(self) -> str:
        """What `:do` calls it: every action can be typed."""
        return self.name.replace("_", "-")


class PaneEntry(NamedTuple):
    """A pane: its digit, its name, and where its class is (imported on the first visit)."""

    digit: str
    name: str
    title: str
    help: str
    module: str


PANES: Final[tuple[PaneEntry, ...]] = (
    PaneEntry("2", "discover", "Discover", "The pane where creators are found.", "influtui.tui.panes.discover"),
    PaneEntry("4", "inbox", "Inbox", "The pane of conversations.", "influtui.tui.panes.inbox"),
    PaneEntry("5", "shipments", "Shipments", "The pane of parcels.", "influtui.tui.panes.shipments"),
    PaneEntry("7", "plugins", "Plugins", "The pane of plugins.", "influtui.tui.panes.plugins"),
)
"""In the order of their digits. A digit without a pane says which there are."""


ACTIONS: Final[tuple[Action, ...]] = (
    # Move.
    Action("down", "everywhere", ("j", "down", "ctrl+n"), "down", "One row down."),
    Action("up", "everywhere", ("k", "up", "ctrl+p"), "up", "One row up."),
    Action("first", "everywhere", ("g", "home"), "first", "To the first row."),
    Action("last", "everywhere", ("G", "end"), "last", "To the last row."),
    Action("half_down", "everywhere", ("ctrl+d",), "half page down", "Half a page down."),
    Action("half_up", "everywhere", ("ctrl+u",), "half page up", "Half a page up."),
    Action("page_down", "everywhere", ("pagedown", "ctrl+f"), "page down", "A page down."),
    Action("page_up", "everywhere", ("pageup", "ctrl+b"), "page up", "A page up."),
    Action("into", "everywhere", ("enter", "l", "right"), "open", "Into the detail of the row."),
    Action("out", "everywhere", ("escape", "h", "left"), "back", "Out of the detail; then clear marks, then the search."),
    Action("switch", "everywhere", ("tab",), "list/detail", "Give the moving keys to the detail, or back to the list."),
    # Find and choose.
    Action("search", "list", ("/",), "search", "Search, in the search language.", footer=10, line="creators search QUERY"),
    Action("next", "list", ("n",), "next", "To the next row that waits for a decision or an answer."),
    Action("sort", "discover", ("o",), "sort", "Choose the order by a letter; the same letter again turns it round.", line="creators search QUERY --sort FIELD"),
    Action("columns", "discover", ("O",), "columns", "Choose the columns and their order. They are kept for you."),
    Action("facets", "discover", ("F",), "facets", "What was found by tier, platform, country, language and topic, with counts; again: closes.", footer=11, line="creators search QUERY --facets"),
    Action("facet", "facets", ("enter", "space"), "add/remove", "Add the value to the search, or take it out.", footer=1),
    Action("like", "discover", ("L",), "lookalikes", "Who is most like this account, and why. esc shows everybody again.", line="creators search --like %"),
    Action("recall", "discover", ("'",), "saved search", "Recall a saved search by its name.", line="search show NAME"),
    Action("save_search", "discover", ('"',), "save search", "Give the search that is shown a name. ctrl+s in the search line does too.", line="search save NAME QUERY"),
    Action("mark", "list", ("space",), "mark", "Mark the row, and go on to the next."),
    Action("mark_range", "list", ("v",), "range", "Mark from here to where you press it again."),
    Action("mark_all", "list", ("*",), "all", "Mark all rows, seen or not; again: none."),
    # Discover.
    Action("shortlist", "discover", ("s",), "shortlist", "Pick the person for the campaign in use.", footer=1, line="campaign shortlist add %"),
    Action("reject", "discover", ("x",), "reject", "Reject the person for the campaign in use, with a reason.", footer=2, line="campaign shortlist reject %"),
    Action("later", "discover", ("z",), "later", "Put the decision off.", footer=3, line="campaign shortlist later %"),
    Action("why", "discover", ("w",), "why", "Why the scores are what they are: every component with its evidence.", footer=5, line="creators why %"),
    Action("rejected", "discover", ("X",), "rejected", "Show those rejected for the campaign too, or hide them again."),
    Action("compose", "discover", ("c",), "compose", "Write to the person, or to all marked, from a template.", footer=4, line="campaign contact %"),
    Action("tag", "discover", ("t",), "tag", "Add tags; a minus before a tag takes it away.", footer=6, line="creators edit % --add-tag TAG"),
    Action("edit_rows", "discover", ("E",), "edit rows", "The row, or the marked rows, as a sheet in your editor; what changed is shown before it is applied.", line="creators edit % --editor"),
    Action("note", "list", ("N",), "note", "Add a note to the person.", footer=7, line="creators note % TEXT"),
    Action("terms", "list", ("e",), "terms", "Note the agreed terms of the collaboration.", line="collab terms %"),
    Action("file_post", "list", ("f",), "file post", "File the link of a post of this collaboration.", line="post add URL %"),
    Action("paste", "discover", ("p",), "paste", "Paste box: handles and links of people to add.", line="creators add LINK"),
    Action("import_file", "discover", ("I",), "import", "Import a file: begins the line, tab completes the path.", line="creators import FILE"),
    Action("ask_platform", "discover", ("D",), "ask platform", "Find people on a platform: begins the line, tab completes the source.", line="discover SOURCE QUERY"),
    Action("ways", "discover", ("W",), "ways", "The ways to find people, with their keys, and where a platform does not offer one."),
    Action("demo", "discover", ("d",), "demo", "Look around in a made-up world, which is a workspace of its own. Where somebody is here already: `influtui demo`.", line="demo"),
    Action("own_followers", "discover", ("U",), "my followers", "Your own followers: from your account's download, or asked of a platform.", line="creators import FILE --found-by own_follower"),
    Action("customers", "discover", ("C",), "customers", "Mark whom of your customers you know: begins the line, tab completes your shop's file.", line="creators customers FILE"),
    Action("tagged", "discover", ("T",), "tagged", "People who tagged you: begins the line.", line="discover instagram tagged"),
    Action("hashtag", "discover", ("#",), "hashtag", "People who use a hashtag: a letter chooses the platform.", line="discover SOURCE hashtag NAME"),
    Action("competitors", "discover", ("K",), "competitors", "Who takes part at a competitor's, follows or was paid by them: a letter chooses the platform.", line="discover SOURCE engaged @NAME"),
    Action("web_search", "discover", ("B",), "web search", "Build queries for a search engine and open them: begins the line.", line="search web NICHE --open"),
    Action("refresh", "discover", ("R",), "refresh", "Ask sources again about the account, or all marked; esc stops.", line="creators refresh %"),
    Action("refresh_stale", "discover", ("A",), "refresh old", "Ask again about whose figures are old, the oldest first.", line="creators refresh --stale DAYS"),
    Action("copy_handle", "list", ("y",), "copy handle", "Copy the handle, or the tracking number."),
    Action("copy_link", "list", ("Y",), "copy link", "Copy the link."),
    # Inbox.
    Action("reply", "inbox", ("r",), "reply", "Write a reply. The draft is kept while you type.", footer=1, line="inbox reply {id}"),
    Action("reply_next", "inbox", ("R",), "reply, go on", "Write a reply, and then go to the next who waits.", line="inbox reply {id}"),
    Action("paste_answer", "inbox", ("p",), "log answer", "Paste an answer that came another way.", footer=2, line="inbox log-dm {id}"),
    # Shipments.
    Action("add", "shipments", ("a",), "add parcel", "Add one parcel for a person.", footer=1, line="ship add REF NUMBER"),
    Action("set_state", "shipments", ("e",), "set state", "Record what you know of the parcel, or of all marked: begins the line, tab completes the state; --at and --note say when and more.", footer=3, line="ship mark {id} STATE"),
    Action("paste_numbers", "shipments", ("p",), "paste numbers", "Paste box for tracking numbers, recognised as you paste.", footer=2, line="ship add NUMBER"),
    # Plugins.
    Action("settings", "plugins", ("e",), "settings", "Its settings as a form; keys are asked for unseen. All of it is tried before it is kept.", footer=1, line="config set plugin.{id}.KEY VALUE"),
    Action("set_key", "plugins", ("K",), "keys", "Enter its keys, unseen.", line="secret set {id}.KEY"),
    Action("check", "plugins", ("c",), "check", "Check it: manifest, import, contract tests, tier. Runs beside the app; esc stops it.", footer=2, line="plugin check {id}"),
    Action("check_live", "plugins", ("C",), "check live", "The same, and ask the platform itself one question.", line="plugin check {id} --live QUERY"),
    Action("switch_plugin", "plugins", ("x",), "on/off", "Do without the plugin, or use it again.", footer=3, line="plugin disable {id}"),
    Action("install", "plugins", ("a",), "install", "Install a folder, a wheel or a name: hosts, keys and fit are shown before you agree.", footer=4, line="plugin install WHAT"),
    Action("reload_plugin", "plugins", ("r",), "reload", "Import it anew, after an edit.", footer=6, line="plugin reload {id}"),
    Action("why_state", "plugins", ("w",), "why", "Why it stands so, and what keeps it from the next tier.", footer=5, line="plugin info {id}"),
    Action("trust_plugin", "plugins", ("T",), "trust", "Let a plugin of your plugin folder run, as its files are now.", line="plugin trust {id}"),
    Action("remove_plugin", "plugins", ("X",), "remove", "Remove it and its kept keys; one that came with influtui is disabled.", line="plugin remove {id}"),
    Action("open_docs", "plugins", ("d",), "docs", "Open where it is documented; Y copies the address."),
    Action("answers", "plugins", ("A",), "answers", "What a platform said about an account, as it was sent.", line="plugin answers REF"),
    # Over a pane.
    Action("find", "panel", ("/",), "find", "Find words on the page.", footer=10),
    Action("find_next", "panel", ("n",), "next", "To the next line that has them; after the last, the first."),
    Action("find_before", "panel", ("b",), "before", "To the line before that has them."),
    Action("keep_writing", "editor", ("ctrl+s",), "done", "Do with the text what it is for: send, note, record.", footer=1),
    Action("leave", "editor", ("escape",), "close", "Close. A draft is kept.", footer=2),
    # Everywhere.
    Action("undo", "everywhere", ("u",), "undo", "Take back your latest change, and say what it was.", footer=20, line="undo"),
    Action("redo", "everywhere", ("ctrl+r",), "redo", "Put back what you took back last.", line="redo"),
    Action("command", "everywhere", (":",), "command", "A line of the command line, here.", footer=21),
    Action("palette", "everywhere", (";",), "find action", "Find anything that can be done here by a few letters."),
    Action("pipe", "list", ("|",), "pipe", "Send the marked rows to a program, as one JSON object a line."),
    Action("campaign", "everywhere", ("@",), "campaign", "Choose the campaign in use.", line="campaign use CAMPAIGN"),
    Action("help", "everywhere", ("?",), "keys", "The keys of this place.", footer=22),
    Action("notices", "everywhere", ("!",), "messages", "What was said in this session, the newest first."),
    Action("suspend", "everywhere", ("ctrl+z",), "suspend", "Back to the shell for a while; fg comes back here."),
    Action("redraw", "everywhere", ("ctrl+l",), "redraw", "Draw the whole screen anew: another program wrote into it."),
    *(Action(pane.name, "everywhere", (pane.digit,), pane.title, pane.help) for pane in PANES),
    Action("quit", "everywhere", ("q",), "quit", "Close what is open; at the top, quit. Drafts are kept.", footer=23),
)  # fmt: skip
"""In the order in which `?` tells them."""

WRITES: Final = frozenset(
    {"shortlist", "reject", "later", "compose", "tag", "edit_rows", "import_file", "ask_platform", "own_followers", "customers", "tagged", "hashtag", "competitors", "refresh", "refresh_stale",
     "note", "terms", "file_post", "paste", "reply", "reply_next", "paste_answer",
     "add", "paste_numbers", "set_state", "switch_plugin", "settings", "set_key", "install", "trust_plugin", "remove_plugin", "reload_plugin", "undo", "redo"}
)  # fmt: skip
"""What `--read-only` refuses."""


ABOUT_ROWS: Final = frozenset(
    {"shortlist", "reject", "later", "why", "compose", "tag", "edit_rows", "note", "terms", "file_post", "like", "refresh", "next",
     "copy_handle", "copy_link", "mark", "mark_range", "pipe", "check", "check_live", "switch_plugin", "reload_plugin", "why_state",
     "settings", "set_key", "trust_plugin", "remove_plugin", "open_docs", "set_state"}
)  # fmt: skip
"""What is about the row under the cursor, or the marked ones: it needs that they can be seen."""


def levels(place: Place) -> tuple[Place, ...]:
    """Where a key is looked up: what covers a pane has no list under its keys, and an editor takes them all."""
    if place == "editor":
        return ("editor",)
    if place == "facets":
        return ("facets", "discover", "list", "everywhere")
    return ("panel", "everywhere") if place == "panel" else (place, "list", "everywhere")


_HEADINGS: Final[dict[Place, str]] = {
    "everywhere": "Everywhere",
    "list": "In every list",
    "facets": "Among the facets of Discover",
    "panel": "On a page (help, what a command wrote)",
    "editor": "While writing",
}


def heading(place: Place) -> str:
    """What stands above the keys of a place."""
    return _HEADINGS.get(place) or f"In {next(pane.title for pane in PANES if pane.name == place)}"


def in_words(panes: Sequence[PaneEntry]) -> str:
    """The panes there are, with their digits."""
    return ", ".join(f"{pane.digit} {pane.title}" for pane in panes if pane.digit)


def of(place: Place) -> list[Action]:
    """The actions that work in a place, its own first."""
    inner = levels(place)
    return sorted((action for action in ACTIONS if action.place in inner), key=lambda action: inner.index(action.place))
