"""What the table of the pipeline asks for before a collaboration goes on (its `guard`s), where the program can tell.

A guard does not forbid: who knows better goes on with a reason, which is kept with the move. What must never be passed
(a suppressed person's mail, an agreement with open terms) is refused where it happens, not here.
"""

from __future__ import annotations

from influtui.model.ids import CollaborationId
from influtui.model.pipeline import pipeline
from influtui.model.times import Millis
from influtui.services.campaign import objections
from influtui.store import campaigns, creators, terms
from influtui.store import shipments as shipment_rows
from influtui.store.collaborations import Collaboration
from influtui.store.database import Reader


async def unmet(reader: Reader, of: Collaboration, to: str, now: Millis) -> list[str]:
    """What stands against moving a collaboration on to a state by hand, in words; nothing where it goes back or aside."""
    here, there = pipeline().order(of.state), pipeline().order(to)
    if here is None or there is None or there <= here:
        return []
    if of.state == "shortlisted":
        return await _objections(reader, of, now)
    if of.state == "shipping":
        return await _undelivered(reader, of.id)
    return []


async def _objections(reader: Reader, of: Collaboration, now: Millis) -> list[str]:
    campaign = await campaigns.by_id(reader, of.campaign_id)
    people = await creators.by_ids(reader, [of.creator] if of.creator is not None else [])
    if campaign is None or not people:
        return []
    found = await objections.against(reader, campaign, people, now)
    return [each.says for each in found.get(of.person, ()) if each.stops or each.kind == "suppressed"]


async def _undelivered(reader: Reader, collaboration: CollaborationId) -> list[str]:
    sheet = (await terms.of_collaborations(reader, [collaboration]))[collaboration]
    parcels = await shipment_rows.states_of(reader, collaboration)
    if "delivered" in parcels or (not parcels and not sheet.skus):
        return []
    return [f"no parcel was delivered ({', '.join(each.replace('_', ' ') for each in parcels) or 'none is recorded'})"]
