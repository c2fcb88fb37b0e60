"""What becomes of a conversation that nobody could place (a manager's answer, an address that was not known), or that is done."""

from __future__ import annotations

from collections.abc import Sequence

from influtui.model.creators import Ref
from influtui.model.failures import NotFound, WrongUsage
from influtui.model.messages import ConversationRow
from influtui.services.campaign import campaign_choice
from influtui.services.incoming import consequences
from influtui.services.incoming.consequences import Said
from influtui.services.people import adding
from influtui.services.workspace import Workspace
from influtui.store import collaborations, conversations, creators, received


async def unmatched(workspace: Workspace, conversation: int) -> ConversationRow:
    """A conversation that is nobody's. Raises `NotFound`, and `WrongUsage` where it is somebody's already."""
    row = await conversations.one(workspace.db, conversation)
    if row is None:
        raise NotFound(f"there is no conversation {conversation}", hint="`influtui inbox list is:unmatched`")
    if "unmatched" not in row.marks:
        raise WrongUsage(
            f"conversation {conversation} is {row.ref or row.name}'s already",
            hint="`influtui inbox list is:unmatched` shows those that are nobody's.",
        )
    return row


async def done(workspace: Workspace, numbers: Sequence[int]) -> int:
    """Say that conversations need no answer. Returns how many waited for us. What comes in later waits again."""
    rows = {number: await conversations.one(workspace.db, number) for number in numbers}
    for number, row in rows.items():
        if row is None:
            raise NotFound(f"there is no conversation {number}", hint="`influtui inbox list` shows them.")
    waited = [number for number, row in rows.items() if row is not None and row.awaiting == "us"]
    async with workspace.change("inbox.done", f"said that {len(waited)} conversations need no answer") as unit:
        if len(waited) == 1:
            unit.summary = f"said that conversation {waited[0]} needs no answer"
        await unit.update_many("conversations", {number: {"awaiting": "nobody"} for number in waited})
    return len(waited)


async def assign_to_new(
    workspace: Workspace, conversation: int, name: str, *, campaign: str | None = None
) -> ConversationRow:
    """Make a person of whoever wrote, by name, handle or link, with the address that they wrote from; then `assign`."""
    row = await unmatched(workspace, conversation)
    made = await adding.add(
        workspace, adding.read_words([name], None), found_by="inbound", email=row.address, campaign=campaign
    )
    [creator, *_] = [*made.new, *made.known]
    return await assign(workspace, conversation, Ref(id=creator.id), campaign=campaign)


async def assign(workspace: Workspace, conversation: int, ref: Ref, *, campaign: str | None = None) -> ConversationRow:
    """Give an unmatched conversation to a person, and do what follows from what was said in it.

    It belongs to the campaign named, else to the only one that the person is in. Raises `WrongUsage` where it is
    somebody's already.
    """
    row = await unmatched(workspace, conversation)
    creator = await creators.find(workspace.db, ref)
    chosen = await campaign_choice.chosen(workspace, campaign) if campaign else None
    async with workspace.change("inbox.assign", f"said that a conversation is {creator.ref}'s") as unit:
        known = await collaborations.of_person(unit.transaction, creator.person)
        if chosen is not None:
            known = [each for each in known if each.campaign_id == chosen.id]
        collaboration = known[0].id if len(known) == 1 else None
        columns = {
            "person_id": creator.person, "creator_id": creator.id, "collaboration_id": collaboration, "matched": 1,
        }  # fmt: skip
        await unit.update("conversations", conversation, columns)
        if await received.stands_for_nobody(unit.transaction, row.person):
            await unit.delete("persons", row.person)
        for message in await conversations.messages(unit.transaction, conversation):
            if message.direction == "in" and message.kind in (
                "interested",
                "question",
                "declined",
                "other",
                "auto_reply",
            ):
                said = Said(
                    conversation=conversation,
                    person=creator.person,
                    collaboration=collaboration,
                    account=row.account,
                    kind=message.kind,
                )
                await consequences.follow(unit, said, workspace.actor)
        assigned = await conversations.one(unit.transaction, conversation)
    return assigned or row
