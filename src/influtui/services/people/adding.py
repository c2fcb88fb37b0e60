"""One person, now: by the address of a profile, a handle, or a name alone.

What is known already is shown and not doubled. Accounts enter through the same intake as everything else; several named
at once are one person's, because whoever names them together says so.
"""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from influtui.model.campaigns import Campaign
from influtui.model.creators import OFFLINE, PLATFORMS, Creator, FoundBy, Ref
from influtui.model.editing import Edit, value_of
from influtui.model.failures import Failure, NotFound, WrongUsage
from influtui.model.ids import CreatorId
from influtui.model.nearest import nearest
from influtui.model.profile_records import ProfileRecord
from influtui.model.profiles import Profile, from_handle, from_url, looks_like_url, offline_handle
from influtui.model.text import from_outside
from influtui.services.campaign import campaigns, collaborations
from influtui.services.importing.intake import ingest
from influtui.services.people import creators, editing
from influtui.services.people.likeness import join
from influtui.services.workspace import Workspace
from influtui.store import creators as rows

BY_HAND = "hand"


class Named(msgspec.Struct, frozen=True):
    """Whom the words of a command name: accounts, and the name of the person."""

    profiles: tuple[Profile, ...]
    name: str | None


class Added(msgspec.Struct, frozen=True, kw_only=True):
    """Whom an `add` ended at."""

    new: tuple[Creator, ...]
    known: tuple[Creator, ...]
    """Who was there already, as they are."""
    namesakes: tuple[Creator, ...] = ()
    """Accounts of the same name, where somebody was added by name alone: perhaps it is them."""
    would: tuple[str, ...] = ()
    """REFs of accounts that a dry run would add."""
    apart: bool = False
    """Whether accounts named together stay two people's, because both were known as such."""


def read_words(words: Sequence[str], platform: str | None) -> Named:
    """Whom `words` name. Raises `WrongUsage` for a handle without a platform, and for what is no profile."""
    if platform is not None and platform not in PLATFORMS:
        close = nearest(platform, PLATFORMS)
        raise WrongUsage(
            f"there is no platform “{platform}”",
            hint=f"Did you mean {close}?" if close else f"Known: {', '.join(PLATFORMS)}.",
        )
    profiles: list[Profile] = []
    name: list[str] = []
    for word in words:
        before, colon, after = word.partition(":")
        if colon and after and before.casefold() in PLATFORMS and before.casefold() != OFFLINE:
            profiles.append(from_handle(after, before.casefold()))
        elif looks_like_url(word):
            profiles.append(from_url(word))
        elif word.startswith("@") or (platform is not None and " " not in word):
            profiles.append(_handle(word, platform))
        else:
            name.append(word)
    said = from_outside(" ".join(name)).strip() or None
    if not profiles and (said is None or not offline_handle(said)):
        raise WrongUsage("nobody is named", hint="Give the address of a profile, a handle with --platform, or a name.")
    return Named(tuple(dict.fromkeys(profiles)), said)


def needs_platform(words: Sequence[str]) -> list[str]:
    """The handles among `words` whose platform nobody said."""
    return [word for word in words if word.startswith("@")]


async def add(
    workspace: Workspace,
    named: Named,
    *,
    found_by: FoundBy | None = None,
    found_detail: str | None = None,
    email: str | None = None,
    note: str | None = None,
    campaign: str | None = None,
    dry_run: bool = False,
) -> Added:
    """Add one person with the accounts that are named, and to the campaign of that code.

    Raises `Failure` for somebody who asked to be forgotten.
    """
    address = value_of("email", email) if email else None
    wanted_by = await campaigns.needed(workspace, campaign) if campaign else None
    known = [creator for profile in named.profiles if (creator := await _known(workspace, profile))]
    at_hand = {(creator.platform, creator.handle.casefold()) for creator in known}
    missing = [each for each in named.profiles if (each.platform, each.handle.casefold()) not in at_hand]
    if not named.profiles:
        known, missing = await _without_account(workspace, named.name or "", address)
    report = await ingest(
        workspace,
        [_record(profile, named, address, found_by, found_detail) for profile in missing],
        source=BY_HAND,
        kind=BY_HAND,
        found_by=found_by,
        found_detail=found_detail,
        dry_run=dry_run,
    )
    if report.rejected:
        raise Failure(
            "this person asked to be forgotten, and was not added", hint="Only they can ask to be taken in again."
        )
    if dry_run:
        return Added(new=(), known=tuple(known), would=tuple(f"{each.platform}:{each.handle}" for each in missing))
    new = [await rows.find(workspace.db, Ref(each.platform, each.handle)) for each in missing]
    apart = not await _joined(workspace, known, new)
    await _completed(workspace, known, new, address, note)
    if wanted_by:
        await _put_into(workspace, wanted_by, (known or new)[0].id)
    namesakes: list[Creator] = []
    if new and not named.profiles:
        namesakes = [each for each in await rows.of_name(workspace.db, named.name or "") if each.id != new[0].id]
    return Added(
        namesakes=tuple(namesakes),
        new=tuple(await rows.by_ids(workspace.db, rows.ids_of(new))),
        known=tuple(await rows.by_ids(workspace.db, rows.ids_of(known))),
        apart=apart,
    )


def _handle(word: str, platform: str | None) -> Profile:
    if platform is None:
        raise WrongUsage(
            f"“{word}” is a handle on which platform?", hint=f"Say it with --platform: {', '.join(PLATFORMS[:-1])}."
        )
    if platform == OFFLINE:
        raise WrongUsage("offline is for people without an account", hint="Give the name alone.")
    return from_handle(word, platform)


async def _known(workspace: Workspace, profile: Profile) -> Creator | None:
    try:
        return await rows.find(workspace.db, Ref(profile.platform, profile.handle))
    except NotFound:
        return None


async def _without_account(workspace: Workspace, name: str, address: str | None) -> tuple[list[Creator], list[Profile]]:
    """Somebody by name alone: the one who is known by it, or a place for a new one.

    The same name with another address is another person, and gets a number.
    """
    handle = plain = offline_handle(name)
    for number in range(2, 1_000):
        there = await _known(workspace, Profile(OFFLINE, handle, ""))
        if there is None:
            return [], [Profile(OFFLINE, handle, "")]
        if address is None or there.email is None or there.email.casefold() == address.casefold():
            return [there], []
        handle = f"{plain}-{number}"
    raise Failure(f"there are too many people called {name}")


def _record(
    profile: Profile, named: Named, address: str | None, found_by: str | None, found_detail: str | None
) -> ProfileRecord:
    return ProfileRecord(
        platform=profile.platform,
        handle=profile.handle,
        url=profile.url or None,
        name=named.name,
        email=address,
        found_by=found_by,
        found_detail=found_detail,
        person="named together" if len(named.profiles) > 1 else None,
    )


async def _joined(workspace: Workspace, known: list[Creator], new: list[Creator]) -> bool:
    """Put new accounts under the person of the known ones. False where those are two people already."""
    persons = {creator.person for creator in known}
    if len(persons) > 1:
        return False
    for creator in new:
        if known and creator.person not in persons:
            await join(workspace, known[0], creator)
            persons.add(creator.person)
    return True


async def _completed(
    workspace: Workspace, known: list[Creator], new: list[Creator], address: str | None, note: str | None
) -> None:
    """Write what was said beside the names: an address where none was known, a note on the person."""
    if address and known and not any(creator.email for creator in known):
        await editing.edit(workspace, [known[0].id], Edit(columns={"email": address}))
    if note and (known or new):
        await creators.note(workspace, Ref(id=(known or new)[0].id), note)


async def _put_into(workspace: Workspace, campaign: Campaign, account: CreatorId) -> None:
    """Make the person a candidate of a campaign, where they are not one yet."""
    async with workspace.change("campaign.add", "added somebody to a campaign") as unit:
        creator = await rows.find(unit.transaction, Ref(id=account))
        unit.summary = f"added {creator.ref} to {campaign.code}"
        await collaborations.ensure(unit, campaign.id, creator.person, creator.id)
