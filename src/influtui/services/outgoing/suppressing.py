"""Who must not be written to: put on the list, asked for. Being forgotten is `services/people/forgetting`'s, and says more.

The list holds keyed hashes only, so it can say whether somebody is on it and why, but not who is.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import msgspec

from influtui.mail.addresses import sendable
from influtui.model.creators import Creator, parse_ref
from influtui.model.ids import PersonId
from influtui.model.sequences import SUPPRESSED
from influtui.model.suppression import SuppressionReason
from influtui.model.times import rfc3339
from influtui.services.campaign import collaborations
from influtui.services.outgoing import sequences
from influtui.services.people.selection import is_ref
from influtui.services.workspace import Workspace
from influtui.store import collaborations as collaboration_rows
from influtui.store import creators, notices, people, suppressions
from influtui.store.database import Reader
from influtui.store.journal import UnitOfWork


class Standing(msgspec.Struct, frozen=True, kw_only=True, tag_field="schema", tag="influtui.suppression/1"):
    """Whether somebody may be written to."""

    who: str
    reason: str | None
    """Why not; None where they may."""
    told_at: str | None = None
    """When they were told about their data; None where they were not."""
    basis: str | None = None
    source: str | None = None
    """On which basis their data is kept and where it came from, as they were told."""


async def suppress(
    workspace: Workspace, words: Sequence[str], reason: SuppressionReason = "opted_out"
) -> list[Standing]:
    """Never write to these people again: REFs, with every account and address of the person, or bare addresses.

    What waits for them is called off, their sequences stop, and whoever opted out has done so in every campaign. There is
    no way back by command, and none by a plugin: somebody who asked for it has been promised it.
    """
    async with workspace.change("suppress.add", "suppressed nobody", reason=reason) as unit:
        unit.undoable = False
        added = 0
        for word in words:
            accounts, emails = await _meant(unit.transaction, word)
            added += await suppressions.add(unit.transaction, reason, accounts=accounts, emails=emails)
            for person in dict.fromkeys(each.person for each in accounts):
                await _leave_alone(unit, workspace.actor, person, reason)
        # Not the names: the journal is read by more people than may know who asked.
        unit.summary = f"suppressed {len(words)} {'person' if len(words) == 1 else 'people'}"
        unit.counted(added)
    return await standing(workspace, words)


async def _leave_alone(unit: UnitOfWork, actor: str, person: PersonId, reason: SuppressionReason) -> None:
    answer, why = _AS_ANSWER.get(reason, (SUPPRESSED, None))
    await sequences.answered(unit, person, None, answer, counts=False)
    for each in await collaboration_rows.of_person(unit.transaction, person) if why else ():
        await collaborations.opted_out(unit, each.id, actor, why or "")


_AS_ANSWER: Final[dict[str, tuple[str, str | None]]] = {
    "opted_out": ("unsubscribe", "asked not to be written to"),
    "complained": ("complaint", "complained"),
}
"""The answer of a person that a reason stands for, with its effect on their collaborations."""


async def standing(workspace: Workspace, words: Sequence[str]) -> list[Standing]:
    """Whether each of these people is on the list."""
    listed = await suppressions.load(workspace.db)
    found = []
    for word in words:
        accounts, emails = await _meant(workspace.db, word)
        reasons = [listed.account(each.platform, each.handle) for each in accounts]
        reasons += [listed.email(email) for email in emails]
        told = await notices.last(workspace.db, accounts[0].person) if accounts else None
        found.append(
            Standing(
                who=word,
                reason=next((each for each in reasons if each), None),
                told_at=rfc3339(told["at"]) if told else None,
                basis=told["basis"] if told else None,
                source=told["source"] if told else None,
            )
        )
    return found


async def _meant(reader: Reader, word: str) -> tuple[list[Creator], list[str]]:
    """The accounts and addresses that a REF or an address stands for."""
    if not is_ref(word):
        return [], [sendable(word)]
    person = (await creators.find(reader, parse_ref(word))).person
    return await creators.of_person(reader, person), await people.addresses(reader, person)
