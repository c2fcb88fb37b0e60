"""Say whose a conversation is that nobody could tell: a manager's answer, an address that was not known."""

from __future__ import annotations

from influtui.model.creators import Ref
from influtui.model.failures import NotFound, WrongUsage
from influtui.model.messages import ConversationRow
from influtui.services.campaign import campaign_choice
from influtui.services.incoming import consequences
from influtui.services.incoming.consequences import Said
from influtui.services.workspace import Workspace
from influtui.store import collaborations, conversations, creators, received


async def assign(workspace: Workspace, conversation: int, ref: Ref, *, campaign: str | None = None) -> ConversationRow:
    """Give an unmatched conversation to a person, and do what follows from what was said in it.

    It belongs to the campaign named, else to the only one that the person is in. Raises `WrongUsage` where it is
    somebody's already.
    """
    row = await conversations.one(workspace.db, conversation)
    if row is None:
        raise NotFound(f"there is no conversation {conversation}", hint="`influtui inbox list is:unmatched`")
    if "unmatched" not in row.marks:
        raise WrongUsage(
            f"conversation {conversation} is {row.ref or row.name}'s already",
            hint="`influtui inbox list is:unmatched` shows those that are nobody's.",
        )
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
