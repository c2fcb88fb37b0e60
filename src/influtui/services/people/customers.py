"""Customers among the people we know: a shop's exported list, matched by e-mail or by handle.

Only who is known already is marked. Of everybody else in the list nothing is kept, not even that they were there: they are
customers, and did not ask to be looked at.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence
from contextlib import closing
from itertools import chain
from pathlib import Path
from typing import Final

import msgspec

from influtui.model import profiles
from influtui.model.columns import platform_in
from influtui.model.creators import PLATFORMS, handle_key
from influtui.model.editing import Edit
from influtui.model.failures import Failure, WrongUsage
from influtui.model.ids import CreatorId
from influtui.model.suppression import email_key
from influtui.services.importing import delimited
from influtui.services.importing.reading import Input
from influtui.services.people import editing
from influtui.services.workspace import Workspace
from influtui.store import catalogue, creators, people

TAG: Final = "customer"

NO_EMAIL: Final = frozenset({"", "-", "n/a", "none", "null"})


class CustomerFound(msgspec.Struct, frozen=True):
    """An account whose person is a customer, and by what that was told."""

    ref: str
    by: str
    """`email` or `handle`."""


class CustomerReport(msgspec.Struct, frozen=True, kw_only=True, tag_field="schema", tag="influtui.customers/1"):
    """What a list of customers told: the command line's contract."""

    source: str
    read: int
    """Rows of the list."""
    matched: int
    """Accounts that are customers: the sum of the next two."""
    by_email: int
    by_handle: int
    tagged: int
    """Of them, those that did not have the tag yet."""
    unread: int
    """Rows with neither an address nor a handle."""
    tag: str
    accounts: tuple[CustomerFound, ...]
    dry_run: bool


async def match(
    workspace: Workspace, path: Path | None, *, platform: str | None = None, tag: str = TAG, dry_run: bool = False
) -> CustomerReport:
    """Tag the accounts of everybody who is in the list. `platform` is where handles are whose column does not say so."""
    if not tag.strip():
        raise WrongUsage("there is no tag to mark customers with", hint="--tag customer")
    listed = await asyncio.to_thread(_read, path, platform)
    persons = await people.who_reads_mail_at(workspace.db, listed.emails) if listed.emails else set()
    by_email = {
        row.id for person in (await creators.of_persons(workspace.db, sorted(persons))).values() for row in person
    }
    by_handle: set[int] = set()
    for where, keys in listed.handles.items():
        by_handle |= {row["id"] for row in (await catalogue.known(workspace.db, where, sorted(keys))).values()}
    ids = [CreatorId(each) for each in sorted(by_email | by_handle)]
    change = Edit(add_tags=frozenset({tag.strip().casefold()}))
    report = await editing.edit(workspace, ids, change, dry_run=dry_run) if ids else None
    found = await creators.by_ids(workspace.db, ids)
    return CustomerReport(
        source=str(path) if path else "-",
        read=listed.rows,
        matched=len(ids),
        by_email=len(by_email),
        by_handle=len(by_handle - by_email),
        tagged=report.changed if report else 0,
        unread=listed.unread,
        tag=tag,
        accounts=tuple(CustomerFound(each.ref, "email" if each.id in by_email else "handle") for each in found),
        dry_run=dry_run,
    )


class _Listed(msgspec.Struct):
    rows: int = 0
    unread: int = 0
    emails: set[str] = msgspec.field(default_factory=set)
    handles: dict[str, set[str]] = msgspec.field(default_factory=dict)


def _read(path: Path | None, platform: str | None) -> _Listed:
    """The addresses and handles of a list. What is one is told from the cells; only where a handle lives needs a header."""
    listed = _Listed()
    with closing(Input(path)) as source:
        if source.prepare() != "csv":
            raise Failure(f"{source.name} is no list of customers", hint="Export it from the shop as CSV.")
        layout = delimited.layout(source.text(source.head))
        wheres = [platform_in(header) or platform for header in layout.headers]
        lines = chain.from_iterable(delimited.lines_of(source.text(block)) for block in source.blocks())
        for record in delimited.records(lines, layout.mark):
            if record.line < layout.first_data or not any(map(str.strip, record.cells)):
                continue
            listed.rows += 1
            told = list(_told(record.cells, layout.headers, wheres))
            listed.unread += not told
            for where, key in told:
                if where is None:
                    listed.emails.add(key)
                else:
                    listed.handles.setdefault(where, set()).add(key)
    return listed


def _told(
    cells: Sequence[str], headers: Sequence[str], wheres: Sequence[str | None]
) -> Iterator[tuple[str | None, str]]:
    """What a row says of who it is: (None, address), or (platform, handle)."""
    for number, cell in enumerate(cells):
        text = cell.strip()
        if text.casefold() in NO_EMAIL:
            continue
        if "@" in text[1:] and " " not in text and "." in text.rpartition("@")[2] and not text.startswith("@"):
            yield None, email_key(text)
        elif profiles.looks_like_url(text):
            try:
                profile = profiles.from_url(text)
            except WrongUsage:
                continue
            yield profile.platform, handle_key(profile.handle)
        else:
            where = wheres[number] if number < len(wheres) else None
            named = number < len(headers) and _names_handles(headers[number])
            if where in PLATFORMS and (named or text.startswith("@")):
                try:
                    yield where, handle_key(profiles.from_handle(text, where).handle)
                except WrongUsage:
                    continue


def _names_handles(header: str) -> bool:
    words = header.casefold().replace("_", " ").split()
    return platform_in(header) is not None or bool({"handle", "username", "user", "account", "profile"} & set(words))
