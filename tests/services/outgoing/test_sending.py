"""Never the same letter twice by itself: each guard of a submission alone, with the others out of the way."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from mail_receiver import DROP, MailReceiver

from influtui.model.creators import Ref, parse_ref
from influtui.model.failures import Failure
from influtui.model.machines import Machine
from influtui.model.settings import MailAccount
from influtui.services.campaign import brands, campaigns
from influtui.services.mailbox import accounts
from influtui.services.outgoing import outreach, sending, waiting
from influtui.services.workspace import Workspace, opened
from influtui.store import leases, outbox, sender_lock, suppressions

ANNA, BEN = "instagram:anna", "instagram:ben"


@pytest.fixture
async def letters(workspace: Workspace, receiver: MailReceiver, account: Any) -> list[int]:
    """Letters to Anna and Ben that wait in the outbox. Returns their ids."""
    for name in ("anna", "ben"):
        await account(f"instagram:{name}", name=name.capitalize(), email=f"{name}@mail.test")
    await brands.new_brand(workspace, "Acme", {"postal_address": "1 Road"})
    made = await campaigns.new_campaign(workspace, "Spring", {"goal": "awareness"}, brand="Acme")
    box = MailAccount(address="jo@brand.test", smtp_host="127.0.0.1", smtp_port=receiver.port, smtp_security="none")
    await accounts.add(workspace, box)
    planned = await outreach.plan(workspace, made.campaign.code, [parse_ref(ANNA), parse_ref(BEN)], "gift")
    await outreach.put_aside(workspace, planned, approved=True)
    return [row["id"] for row in await outbox.listed(workspace.db, ("queued",))]


async def states(workspace: Workspace) -> list[str]:
    return [row["state"] for row in await workspace.db.all("SELECT state FROM messages ORDER BY id")]


async def test_a_letter_that_another_sender_has_taken_is_not_transmitted(
    workspace: Workspace, letters: list[int], receiver: MailReceiver
) -> None:
    """Defence: the step into `in_data` takes place once. Here both senders have passed every look at the letter before it."""
    box = await accounts.account(workspace)
    async with sending.sender(workspace, box) as made:
        going = await outbox.read(workspace.db, letters[0])
        assert going is not None
        async with workspace.db.write(workspace.clock()) as transaction:
            assert await outbox.claim(transaction, letters[0], by="another")
        with pytest.raises(sending.Withheld, match="another session has taken it"):
            await sending._claim(made, going)
    assert receiver.received == []


@pytest.mark.parametrize("by", ["address", "account", "another account of the person"])
@pytest.mark.parametrize("layer", ["the last check", "what holds a letter"])
async def test_each_of_two_checks_alone_keeps_a_letter_from_who_opted_out(
    workspace: Workspace, letters: list[int], receiver: MailReceiver, account: Any, monkeypatch: pytest.MonkeyPatch,
    by: str, layer: str,
) -> None:  # fmt: skip
    """Defences: the list is asked in the transaction that lets a letter go, twice, by address and by all accounts."""

    async def nothing(*_: Any, **__: Any) -> None:
        return None

    if layer == "the last check":
        monkeypatch.setattr(waiting, "held", nothing)
    else:
        monkeypatch.setattr(sending, "_against", nothing)
    if by == "another account of the person":
        [row] = await workspace.db.all("SELECT person_id FROM creators WHERE handle = 'anna'")
        await account("youtube:annali", person=row[0])
    suppressed: dict[str, Any] = {
        "address": {"emails": ["Anna+x@mail.test"]},
        "account": {"accounts": [Ref(platform="instagram", handle="anna")]},
        "another account of the person": {"accounts": [Ref(platform="youtube", handle="annali")]},
    }
    async with workspace.db.write(workspace.clock()) as transaction:
        await suppressions.add(transaction, "opted_out", **suppressed[by])
    await sending.send_queued(workspace, letters)
    assert await states(workspace) == ["cancelled", "sent"]
    assert receiver.to("anna@mail.test") == []


async def test_each_step_of_a_letter_is_on_the_disk_before_the_next(
    workspace: Workspace, letters: list[int], receiver: MailReceiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Defence: after a power cut, what was in DATA is known to have been, and what went is known to have gone."""
    seen: dict[str, int] = {}

    def noting(step: str) -> Any:
        do = getattr(outbox, step)

        async def noted(transaction: Any, *args: Any, **options: Any) -> Any:
            seen[step] = (await transaction.all("PRAGMA synchronous"))[0][0]
            return await do(transaction, *args, **options)

        return noted

    for step in ("claim", "settle"):
        monkeypatch.setattr(outbox, step, noting(step))
    await sending.send_queued(workspace, letters[:1])
    assert seen == {"claim": 2, "settle": 2}, "2 is FULL"


async def test_the_second_letter_of_a_connection_that_breaks_after_the_dot_is_not_offered_again(
    workspace: Workspace, letters: list[int], receiver: MailReceiver
) -> None:
    """Defence: only what was lost before its recipient was named is offered once more on a new connection."""
    receiver.script["KEPT ben@mail.test"] = DROP
    done = await sending.send_queued(workspace, letters)
    assert [each.state for each in done] == ["sent", "unknown"]
    assert len(receiver.to("ben@mail.test")) == 1


async def test_a_letter_that_is_being_transmitted_is_not_called_interrupted(
    workspace: Workspace, letters: list[int]
) -> None:
    """Defence: the lock of whoever transmits on this machine; another session that looks does not settle their letter."""
    async with workspace.db.write(workspace.clock()) as transaction:
        await outbox.claim(transaction, letters[0], by="here")
    async with sender_lock.sending(workspace.folder):
        await sending.settle_interrupted(workspace)
        assert (await states(workspace))[0] == "in_data"
    await sending.settle_interrupted(workspace)
    assert (await states(workspace))[0] == "unknown"


@pytest.mark.parametrize(("minutes", "state"), [(11, "in_data"), (16, "unknown")])
async def test_a_sender_is_given_up_only_after_its_own_patience_has_ended(
    workspace: Workspace, letters: list[int], minutes: int, state: str
) -> None:
    """Defence: on another machine it may wait ten minutes for the reply after the dot, and then its word counts."""
    async with workspace.db.write(workspace.clock()) as transaction:
        await outbox.claim(transaction, letters[0], by="elsewhere")
    at = workspace.clock() + minutes * 60_000
    async with opened(workspace.folder, clock=lambda: at) as then, sender_lock.sending(workspace.folder):  # type: ignore[arg-type,return-value]
        await sending.settle_interrupted(then)
    assert (await states(workspace))[0] == state


async def test_bytes_that_were_changed_since_are_not_sent(
    workspace: Workspace, letters: list[int], receiver: MailReceiver
) -> None:
    """Defence: what somebody approved is what goes; a damaged or a doctored database sends nothing."""
    async with workspace.db.write(workspace.clock()) as transaction:
        await transaction.run("UPDATE outbox SET raw = CAST(raw || 'x' AS BLOB)")
    with pytest.raises(Failure, match="not those that were rendered"):
        await sending.send_queued(workspace, letters[:1])
    assert receiver.received == []


async def test_bytes_that_were_offered_once_stay_what_they_are(workspace: Workspace, letters: list[int]) -> None:
    """Defence: servers and readers know a letter that comes a second time by its bytes and its id."""
    async with workspace.db.write(workspace.clock()) as transaction:
        assert await outbox.rewrite(transaction, letters[0], b"before")
        await outbox.claim(transaction, letters[0], by="here")
        assert not await outbox.rewrite(transaction, letters[0], b"after")


async def test_a_worker_that_was_replaced_transmits_nothing_more(
    workspace: Workspace, letters: list[int], receiver: MailReceiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Defence: the token of the lease is asked for in the transaction that lets a letter go."""

    async def nothing(*_: Any, **__: Any) -> None:
        return None

    monkeypatch.setattr(waiting, "held", nothing)
    async with workspace.db.write(workspace.clock()) as transaction:
        token = await leases.take(transaction, Machine("here", "boot"), kept=True)
    box = await accounts.account(workspace)
    async with sending.sender(workspace, box, paced=True, token=token) as made:
        assert [each.state for each in await sending.deliver(made, letters[:1])] == ["sent"]
        async with workspace.db.write(workspace.clock()) as transaction:
            await leases.take(transaction, Machine("other", "boot"), kept=True)
        [delivery] = await sending.deliver(made, letters[1:])
    assert (delivery.state, delivery.said) == ("queued", "another worker has taken over")
    assert len(receiver.received) == 1


async def test_two_processes_that_send_at_once_transmit_each_letter_once(
    workspace: Workspace, letters: list[int], receiver: MailReceiver
) -> None:
    async with opened(workspace.folder, clock=workspace.clock) as other:
        await asyncio.gather(
            sending.send_queued(workspace, letters), sending.send_queued(other, letters), return_exceptions=True
        )
    assert sorted(each.recipients[0] for each in receiver.received) == ["anna@mail.test", "ben@mail.test"]
