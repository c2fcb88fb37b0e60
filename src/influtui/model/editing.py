"""Edits of creators' rows: what a person may change, how the words of an edit are read, and rows as TOML for an editor.

Pure: the services read the rows and write the changes. Measured values cannot be edited, they come from a source; nor can
platform and handle, which say whose row it is.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final, get_args

import msgspec

from influtui.model.audience import canonical, listed
from influtui.model.audience_reading import read
from influtui.model.creators import METRICS, Creator, FoundBy, joined, split
from influtui.model.failures import WrongUsage
from influtui.model.ids import CreatorId
from influtui.model.nearest import nearest
from influtui.model.places import country_code, language_code
from influtui.model.text import from_outside

Value = str | None
Columns = dict[str, Value]

TEXTS: Final = ("name", "bio", "url", "email", "country", "language", "found_by", "found_detail")
"""Fields that hold one text, in the order in which an editor shows them."""

SETS: Final = ("topics", "tags")

EDITABLE: Final = (*TEXTS, *SETS, "audience")

READ_ONLY: Final[dict[str, str]] = {
    **dict.fromkeys(
        (*METRICS, "engagement_variant", "as_of", "audience_as_of"), "it was measured: import a newer measurement"
    ),
    **dict.fromkeys(("platform", "handle", "ref", "id"), "it says whose row this is"),
    **dict.fromkeys(
        (
            "tier",
            "relevance",
            "authenticity",
            "reach",
            "fit",
            "confidence",
            "relevance_confidence",
            "authenticity_confidence",
            "reach_confidence",
        ),
        "it is worked out from other values",
    ),
    "person": "use `influtui creators merge`",
}
"""Fields of a creator row that an edit may not touch -> why."""

_ADDRESS: Final = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")


class Edit(msgspec.Struct, frozen=True, kw_only=True):
    """The same change for many rows."""

    columns: dict[str, Value] = {}
    add_tags: frozenset[str] = frozenset()
    remove_tags: frozenset[str] = frozenset()
    note: str | None = None

    def __bool__(self) -> bool:
        return bool(self.columns or self.add_tags or self.remove_tags or self.note)

    def words(self) -> str:
        """What the edit does, without the values: they may be personal, and this goes into the journal."""
        parts = [f"set {name}" if value is not None else f"cleared {name}" for name, value in self.columns.items()]
        parts += [f"tagged {tag}" for tag in sorted(self.add_tags)] + [
            f"untagged {tag}" for tag in sorted(self.remove_tags)
        ]
        parts += ["added a note"] if self.note else []
        return ", ".join(parts)

    def changes(self, creator: Creator) -> Columns:
        """The columns of `creator` that this edit makes different."""
        wanted = dict(self.columns)
        if self.add_tags or self.remove_tags:
            before = set(split(wanted["tags"]) if "tags" in wanted else creator.tags)
            wanted["tags"] = joined([*(before | self.add_tags) - self.remove_tags])
        now = stored(creator)
        return _dated({name: value for name, value in wanted.items() if now[name] != value})


def read_edit(
    assignments: Sequence[str],
    *,
    add_tags: Sequence[str] = (),
    remove_tags: Sequence[str] = (),
    note: str | None = None,
) -> Edit:
    """The edit that the command line's words ask for. Raises `WrongUsage` naming the word that is wrong."""
    columns: dict[str, Value] = {}
    for assignment in assignments:
        field, equals, text = assignment.partition("=")
        if not equals:
            raise WrongUsage(f"“{assignment}” sets nothing", hint="Write FIELD=VALUE; FIELD= clears the field.")
        column = editable(field.strip())
        columns[column] = value_of(column, text)
    added, removed = _tags(add_tags), _tags(remove_tags)
    if both := added & removed:
        raise WrongUsage(f"the tag “{min(both)}” cannot be both added and removed")
    return Edit(columns=columns, add_tags=added, remove_tags=removed, note=(note or "").strip() or None)


def editable(field: str) -> str:
    """`field` where it may be edited. Raises `WrongUsage` saying why not, or naming the nearest."""
    name = field.casefold().replace("-", "_")
    if name in EDITABLE:
        return name
    if name in READ_ONLY:
        raise WrongUsage(f"{name} is read-only: {READ_ONLY[name]}", hint=f"These can be set: {', '.join(EDITABLE)}.")
    close = nearest(name, EDITABLE)
    raise WrongUsage(
        f"creators have no field “{field}”",
        hint=f"Did you mean {close}?" if close else f"These can be set: {', '.join(EDITABLE)}.",
    )


def value_of(field: str, text: str) -> Value:
    """A field's value as it is stored; empty text clears it. Raises `WrongUsage` for what the field cannot hold."""
    text = from_outside(text).strip()
    if not text:
        return None
    reader = _READERS.get(field)
    return reader(text) if reader else text


def _dated(columns: Columns) -> Columns:
    """With an audience's age: when somebody's own word was true is not known, so any source that says when is newer."""
    return columns | ({"audience_as_of": None} if "audience" in columns else {})


def stored(creator: Creator) -> Columns:
    """The editable columns of a row as they are stored."""
    columns: Columns = {name: getattr(creator, name) for name in TEXTS}
    return columns | {
        **{name: joined(getattr(creator, name)) for name in SETS},
        "audience": canonical(creator.audience or {}),
    }


def _country(text: str) -> str:
    code = country_code(text)
    if code is None:
        raise WrongUsage(f"“{text}” is no country", hint="Use a name, or a code of two letters like DE.")
    return code


def _language(text: str) -> str:
    code = language_code(text)
    if code is None:
        raise WrongUsage(f"“{text}” is no language", hint="Use a name, or a code of two letters like de.")
    return code


def _email(text: str) -> str:
    if not _ADDRESS.fullmatch(text):
        raise WrongUsage(f"“{text}” is no mail address", hint="Write it like anna@example.org.")
    return text


def _found_by(text: str) -> str:
    ways = get_args(FoundBy)
    word = text.casefold().replace("-", "_").replace(" ", "_")
    if word not in ways:
        raise WrongUsage(f"“{text}” is no way to find somebody", hint=f"Known: {', '.join(ways)}.")
    return word


def _audience(text: str) -> str | None:
    found = read(text)
    if found is None:
        raise WrongUsage(
            f"“{text}” says no shares of an audience",
            hint="Write them so: audience=US 42%, DE 10%, female 61%, 18-24 30%.",
        )
    return canonical(found)


def _set(text: str) -> str | None:
    return joined(re.split(r"[,|]", text))


_READERS: Final[Mapping[str, Callable[[str], Value]]] = {
    "country": _country, "language": _language, "email": _email, "found_by": _found_by, "topics": _set, "tags": _set,
    "audience": _audience,
}  # fmt: skip


def _tags(words: Sequence[str]) -> frozenset[str]:
    named = joined([part for word in words for part in word.split(",")])
    return frozenset(named.strip("|").split("|")) if named else frozenset()


# The editor's sheet


class RowEdit(msgspec.Struct, frozen=True):
    """What a person changed of one row in an editor."""

    creator: Creator
    columns: Columns
    note: str | None = None

    def lines(self) -> list[str]:
        """The change, one line a field: `country: DE → AT`."""
        now = stored(self.creator)
        said = [f"{name}: {_shown(now[name])} → {_shown(value)}" for name, value in self.columns.items() if name in now]
        return said + ([f"note: {self.note}"] if self.note else [])


def _shown(value: Value) -> str:
    return "-" if value is None else value.strip("|").replace("|", ", ")


HEADER: Final = """\
# Change what is right of the =, save and close. "" clears a field. `note` adds a note to the person.
# A row that is taken out stays as it is: nothing is removed here. An empty file changes nothing.
"""


def sheet(creators: Sequence[Creator]) -> str:
    """Rows as TOML for an editor: one table a row, its key first, only fields that may change."""
    parts = [HEADER]
    for creator in creators:
        parts.append(f"[[creator]]\nid = {creator.id}  # {_quoted(creator.ref)}\n")
        parts += [f"{name} = {_quoted(getattr(creator, name) or '')}\n" for name in TEXTS]
        parts.append(f"audience = {_quoted(listed(creator.audience or {}))}\n")
        parts += [f"{name} = [{', '.join(map(_quoted, getattr(creator, name)))}]\n" for name in SETS]
        parts.append('note = ""\n')
    return "\n".join(parts).replace("\n\n", "\n").replace("\n[[creator]]", "\n\n[[creator]]")


def read_sheet(text: str, creators: Sequence[Creator]) -> list[RowEdit]:
    """What differs between the sheet as it came back and the rows it was made of.

    Raises `WrongUsage` that says what is wrong and in which row, for the editor to open again.
    """
    try:
        document = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise WrongUsage(f"the sheet cannot be read: {error}", hint="Mend it, or empty it to change nothing.") from None
    if unknown := set(document) - {"creator"}:
        raise WrongUsage(
            f"the sheet has something that is no row: “{min(unknown)}”", hint="Rows begin with [[creator]]."
        )
    tables = document.get("creator", [])
    if not isinstance(tables, list) or not all(isinstance(table, dict) for table in tables):
        raise WrongUsage("the rows of the sheet begin with [[creator]], in two brackets")
    by_id = {creator.id: creator for creator in creators}
    seen: set[CreatorId] = set()
    edits: list[RowEdit] = []
    for table in tables:
        number = table.pop("id", None)
        creator = by_id.get(CreatorId(number)) if type(number) is int else None
        if creator is None:
            raise WrongUsage("a row's id was changed", hint="The id says whose row it is: put it back.")
        if creator.id in seen:
            raise WrongUsage(f"{creator.ref} is there twice", hint="Keep one of the two.")
        seen.add(creator.id)
        edit = _row_edit(creator, table)
        if edit.columns or edit.note:
            edits.append(edit)
    return edits


def _row_edit(creator: Creator, table: dict[str, Any]) -> RowEdit:
    note = table.pop("note", "")
    now = stored(creator)
    columns: Columns = {}
    try:
        if not isinstance(note, str):
            raise WrongUsage("note is a text in quotes")
        for field, given in table.items():
            name = editable(field)
            if _unchanged(creator, name, given):
                continue
            value = value_of(name, _as_text(name, given))
            if value != now[name]:
                columns[name] = value
    except WrongUsage as wrong:
        raise WrongUsage(f"{creator.ref}: {wrong.message}", hint=wrong.hint) from None
    return RowEdit(creator, _dated(columns), from_outside(note).strip() or None)


def _unchanged(creator: Creator, name: str, given: Any) -> bool:
    """Whether a field came back as it went out; what was there is not judged anew, however odd it is."""
    if name in SETS:
        return isinstance(given, list) and given == list(getattr(creator, name))
    if name == "audience":
        return bool(given == listed(creator.audience or {}))
    return bool(given == (getattr(creator, name) or ""))


def _as_text(name: str, given: Any) -> str:
    if name in SETS:
        if not isinstance(given, list) or not all(isinstance(each, str) for each in given):
            raise WrongUsage(f'{name} is a list of texts: {name} = ["one", "two"]')
        return "|".join(given)
    if not isinstance(given, str):
        raise WrongUsage(f'{name} is a text in quotes: {name} = "…"')
    return given


# JSON's escapes are TOML's, but for DEL; what acts on a terminal or hides is escaped too, so that an editor shows it.
_ACTING: Final = re.compile("[\x7f-\x9f\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u2069\ufeff]")


def _quoted(text: str) -> str:
    plain = msgspec.json.encode(from_outside(text)).decode()
    return _ACTING.sub(lambda found: f"\\u{ord(found[0]):04x}", plain)
