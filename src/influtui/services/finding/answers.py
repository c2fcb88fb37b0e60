"""The answers of platforms behind the numbers: kept while a source is asked, shown when somebody wants to see them.

An answer that names somebody who is not taken in (hidden, forgotten, refused) is not kept.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import msgspec

from influtui.api import Profile
from influtui.host.sources import CheckedPage, OpenSource
from influtui.model.creators import Ref, handle_key
from influtui.model.times import Millis, rfc3339
from influtui.services.people.creators import find
from influtui.services.workspace import Workspace
from influtui.store import raw_bodies


class Answered(msgspec.Struct, frozen=True, kw_only=True, tag_field="schema", tag="influtui.answer/1"):
    """One answer of a platform, as it was sent; secrets are struck out."""

    source: str
    refs: tuple[str, ...]
    at: str | None
    body: str


async def keep(workspace: Workspace, source: OpenSource, page: CheckedPage, refused: Iterable[str] = ()) -> None:
    """Keep what the platform answered for a page. `refused` are the handles of accounts that were not taken in."""
    bodies = source.client.take_bodies()
    if workspace.db.read_only or not bodies:
        return
    unwanted = _names([*refused, *(each.ref.rpartition(":")[2] for each in (*page.skipped, *page.junk))])
    now = workspace.clock()
    found: list[raw_bodies.Answer] = []
    for body in bodies:
        text = body.decode("utf-8", "replace").casefold()
        refs = tuple(f"{each.platform}:{handle_key(each.handle)}" for each in page.profiles if _speaks_of(text, each))
        if refs and not any(name in text for name in unwanted):
            found.append(raw_bodies.Answer(source.entry.id, refs, now, body))
    if found:
        async with workspace.db.write(now, durability="normal") as transaction:
            await raw_bodies.add(transaction, found, now=now)


async def about(workspace: Workspace, ref: Ref) -> list[Answered]:
    """What platforms answered about an account, newest first."""
    creator = await find(workspace, ref)
    return [
        Answered(
            source=each.source,
            refs=each.refs,
            at=rfc3339(Millis(each.at)),
            body=each.body.decode("utf-8", "replace"),
        )
        for each in await raw_bodies.about(workspace.db, creator.platform, creator.handle)
    ]


def _speaks_of(text: str, profile: Profile) -> bool:
    return any(name in text for name in _names([profile.handle, profile.platform_id or ""]))


def _names(names: Iterable[str]) -> Sequence[str]:
    return [name.casefold() for name in names if len(name) > 1]
