"""Whom a parcel is for: a REF, a handle, a name, or the next one who waits for a parcel."""

from __future__ import annotations

import msgspec

from influtui.model.campaigns import Campaign
from influtui.model.creators import handle_key, parse_ref
from influtui.model.failures import NotFound, WrongUsage
from influtui.model.ids import CollaborationId, CreatorId, PersonId
from influtui.model.nearest import nearest
from influtui.model.profiles import from_url, looks_like_url
from influtui.store import collaborations, creators, shipments
from influtui.store.database import Reader
from influtui.store.shipments import Awaiting

_OVER = frozenset(
    {"declined", "unresponsive", "disqualified", "opted_out", "cancelled_by_brand", "completed", "breached"}
)
"""States in which nobody waits for a parcel."""

_AGREED = ("contracted", "agreed", "shipping", "creating")
"""Those who said yes come before those who have not yet."""


class Recipient(msgspec.Struct, frozen=True):
    """Somebody that a parcel is for."""

    person: PersonId
    creator: CreatorId | None
    collaboration: CollaborationId | None
    """In the campaign that is meant, where there is one already."""


class Recipients:
    """The people that a list of parcels can be for, in the campaign that is meant and beyond. Each waits for one parcel."""

    def __init__(self, reader: Reader, campaign: Campaign | None, members: list[Awaiting]) -> None:
        self._reader = reader
        self._campaign = campaign
        self._members = members
        waiting = [each for each in members if not each.parcels and each.state not in _OVER]
        agreed = [each for each in waiting if each.state in _AGREED]
        self._waiting = agreed or waiting
        self._served: set[int] = set()

    @classmethod
    async def of(cls, reader: Reader, campaign: Campaign | None) -> Recipients:
        """The people of a campaign; without one, everybody."""
        return cls(reader, campaign, await shipments.in_campaign(reader, campaign.id) if campaign else [])

    async def find(self, who: str | None, *, waiting: bool) -> Recipient | None:
        """Whom `who` names. Nobody named is the next who waits (with `waiting`), else nobody. Raises `NotFound`, `WrongUsage`."""
        found = await self._named(who) if who else self._next() if waiting else None
        if found is not None:
            self._served.add(found.person)
        return found

    def _next(self) -> Recipient:
        for each in self._waiting:
            if each.person not in self._served:
                return Recipient(each.person, each.creator, each.collaboration)
        where = f"in {self._campaign.code} nobody more waits" if self._campaign else "no campaign says who waits"
        raise NotFound(f"{where} for a parcel", hint="Put a handle before the number, or choose another campaign.")

    async def _named(self, who: str) -> Recipient:
        if looks_like_url(who):
            profile = from_url(who)
            who = f"{profile.platform}:{profile.handle}"
        if who.startswith("#") or (":" in who and " " not in who):
            creator = await creators.find(self._reader, parse_ref(who))
            return await self._of(creator.person, creator.id)
        members = [each for each in self._members if _is_called(each, who)]
        if len({each.person for each in members}) == 1:
            return Recipient(members[0].person, members[0].creator, members[0].collaboration)
        accounts = await shipments.accounts_called(self._reader, who)
        persons = {person for _, person, _ in accounts}
        if len(persons) == 1:
            return await self._of(accounts[0][1], accounts[0][0])
        if len(persons) > 1 or members:
            refs = ", ".join([ref for _, _, ref in accounts] or [each.ref or "" for each in members])
            raise WrongUsage(f"“{who}” can be {refs}", hint="Write the one that is meant as platform:handle.")
        known = [name for each in self._members for name in (each.ref or "", each.name or "") if name]
        close = nearest(who, known)
        raise NotFound(
            f"nobody is called “{who}”",
            hint=f"Did you mean {close}?" if close else "Add them: `influtui creators add`.",
        )

    async def _of(self, person: PersonId, creator: CreatorId) -> Recipient:
        """A person, with the collaboration in the campaign that is meant; without one, the only one that goes on."""
        if self._campaign is not None:
            member = next((each for each in self._members if each.person == person), None)
            return Recipient(person, creator, member.collaboration if member else None)
        open_ones = [each for each in await collaborations.of_person(self._reader, person) if each.state not in _OVER]
        return Recipient(person, creator, open_ones[0].id if len(open_ones) == 1 else None)


def _is_called(member: Awaiting, who: str) -> bool:
    handle = member.ref.partition(":")[2] if member.ref else ""
    return handle_key(who) == handle_key(handle) or who.casefold() == (member.name or "").casefold()
