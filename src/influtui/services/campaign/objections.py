"""What speaks against working with somebody for a campaign, as far as it can be known.

Judging people only says it; writing to them stops at what would be wrong to write in spite of (`Objection.stops`).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import msgspec

from influtui.model.campaigns import Campaign
from influtui.model.creators import Creator
from influtui.model.exclusivity import in_the_way
from influtui.model.ids import PersonId
from influtui.model.times import Millis, moment
from influtui.store import collaborations, exclusivities, outreach, suppressions
from influtui.store.database import Reader


class Objection(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that speaks against somebody."""

    kind: Literal["elsewhere", "exclusive", "ship_to", "suppressed", "unreachable"]
    says: str
    """As it goes on behind the REF: `is in SPRING too (agreed)`."""
    hint: str | None = None
    stops: bool = False
    """Whether nobody is written to while it stands. (Suppression stops a message by itself, at its very end.)"""


async def against(
    reader: Reader, campaign: Campaign, people: Sequence[Creator], now: Millis
) -> dict[PersonId, list[Objection]]:
    """What speaks against each of these people; who has nothing against them is left out."""
    persons = [each.person for each in people]
    taken = await collaborations.elsewhere(reader, campaign.id, persons)
    promised = await exclusivities.of_persons(reader, persons)
    listed = await suppressions.load(reader)
    known = await outreach.reachable(reader, persons)
    today = moment(now).date()
    found: dict[PersonId, list[Objection]] = {}
    for creator in people:
        said = [
            Objection(kind="elsewhere", says=f"is in {code} too ({state.replace('_', ' ')})")
            for code, state in taken.get(creator.person, [])
        ]
        said += [
            Objection(
                kind="exclusive",
                says=f"is exclusive: {held.words()}",
                hint=f"If that is no longer so: `influtui collab exclusive {creator.ref} --end {held.id}`.",
                stops=True,
            )
            for held in promised.get(creator.person, [])
            if in_the_way(held, campaign, today)
        ]
        # What a person of ours noted counts before what the account says.
        country = known[creator.person].country or creator.country
        if campaign.ship_to and country and country not in campaign.ship_to:
            said.append(
                Objection(
                    kind="ship_to",
                    says=f"is in {country}; {campaign.code} ships to {', '.join(campaign.ship_to)}",
                    hint=f"influtui campaign edit {campaign.code} --ship-to {','.join((*campaign.ship_to, country))}",
                    stops=bool(campaign.products),
                )
            )
        emails = known[creator.person].emails
        if why := listed.person([creator], emails):
            said.append(Objection(kind="suppressed", says=f"must not be written to ({why.replace('_', ' ')})"))
        elif emails and not listed.working(emails):
            said.append(Objection(kind="unreachable", says=f"cannot be reached: mail to {emails[0]} came back"))
        if said:
            found[creator.person] = said
    return found
