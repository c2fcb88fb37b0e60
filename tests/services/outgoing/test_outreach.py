from __future__ import annotations

import asyncio
import hashlib
import sqlite3
from typing import Any

import pytest
from mail_receiver import DROP, HANG, MailReceiver

from influtui.model.creators import parse_ref
from influtui.model.failures import Failure, NeedsConfiguration, WrongUsage
from influtui.model.ids import PersonId
from influtui.model.settings import MailAccount
from influtui.services import inbox, upkeep
from influtui.services.campaign import brands, campaigns
from influtui.services.campaign.collaborations import collaborations
from influtui.services.mailbox import accounts
from influtui.services.outgoing import outreach, sending
from influtui.services.outgoing.outreach import ContactReport
from influtui.services.workspace import Workspace, opened
from influtui.store import creators, outbox, suppressions

ANNA, BEN, CLEO = "instagram:anna", "tiktok:ben", "instagram:cleo"
DAY = 86_400_000


@pytest.fixture
async def campaign(workspace: Workspace, receiver: MailReceiver, account: Any) -> str:
    """A campaign, a mailbox, and three people of whom the last has no e-mail address."""
    await account(ANNA, name="Anna Li", email="anna@mail.test", topics="|baking|vegan|", followers=12_300)
    await account(BEN, name="BEN", email="ben@mail.test", url="https://tiktok.test/@ben")
    await account(CLEO, url="https://instagram.test/cleo")
    await brands.new_brand(workspace, "Acme", {"postal_address": "1 Road, 12345 Town"})
    made = await campaigns.new_campaign(workspace, "Spring", {"goal": "awareness", "niche": "vegan"}, brand="Acme")
    await accounts.add(
        workspace,
        MailAccount(
            address="jo@brand.test", name="Jo Doe", smtp_host="127.0.0.1", smtp_port=receiver.port, smtp_security="none"
        ),
    )
    return made.campaign.code


async def contact(workspace: Workspace, campaign: str, *refs: str, **options: Any) -> ContactReport:
    return await outreach.contact(workspace, campaign, [parse_ref(ref) for ref in refs], "gift", **options)


def states(report: ContactReport) -> dict[str, str]:
    return {row.ref: row.state for row in report.rows}


async def test_a_letter_arrives_as_it_was_rendered_and_everything_knows_it(
    workspace: Workspace, campaign: str, receiver: MailReceiver
) -> None:
    report = await contact(workspace, campaign, ANNA)
    assert states(report) == {ANNA: "sent"}
    [arrived] = receiver.to("anna@mail.test")
    assert "Hi Anna," in arrived.text
    assert "We like how you talk about vegan on Instagram" in arrived.text
    assert "Acme, 1 Road, 12345 Town" in arrived.text
    assert "STOP" in arrived.text
    [row] = await inbox.conversations(workspace)
    assert (row.awaiting, row.state, row.campaign, row.ref) == ("them", "sent", campaign, ANNA)
    [collaboration] = await collaborations(workspace, campaign=campaign)
    assert collaboration.state == "contacted"
    kept = await outbox.read(workspace.db, report.rows[0].message or 0)
    assert kept is not None
    assert hashlib.sha256(arrived.raw).hexdigest() == kept.raw_sha256
    assert arrived.message["Message-ID"].endswith("@brand.test>")


async def test_a_dry_run_shows_the_letters_and_leaves_no_trace(
    workspace: Workspace, campaign: str, receiver: MailReceiver
) -> None:
    report = await contact(workspace, campaign, ANNA, dry_run=True)
    assert states(report) == {ANNA: "would_send"}
    assert "Hi Anna," in (report.rows[0].body or "")
    assert receiver.received == []
    assert await inbox.conversations(workspace) == []
    assert await collaborations(workspace, campaign=campaign) == []


async def test_who_has_no_address_is_named_and_offered_a_direct_message(workspace: Workspace, campaign: str) -> None:
    report = await contact(workspace, campaign, ANNA, CLEO)
    assert states(report) == {ANNA: "sent", CLEO: "skipped"}
    assert not report.is_complete
    assert "dm-hello" in (report.rows[-1].hint or "")


async def test_nobody_is_written_to_twice_within_a_month_unless_asked_for(
    workspace: Workspace, campaign: str, receiver: MailReceiver
) -> None:
    await contact(workspace, campaign, ANNA)
    await campaigns.new_campaign(workspace, "Autumn", {"goal": "awareness"}, brand="Acme", code="autumn")
    held = await contact(workspace, "autumn", ANNA)
    assert states(held) == {ANNA: "skipped"}
    assert f"today for {campaign}" in (held.rows[0].reason or "")
    assert states(await contact(workspace, "autumn", ANNA, again=True)) == {ANNA: "sent"}
    assert len(receiver.to("anna@mail.test")) == 2


async def test_who_has_another_address_by_now_is_still_who_was_written_to(
    workspace: Workspace, campaign: str, receiver: MailReceiver
) -> None:
    """Defence: the guard is about a person, and not about the address alone."""
    await contact(workspace, campaign, ANNA)
    async with workspace.db.write(workspace.clock()) as transaction:
        await transaction.run("UPDATE creators SET email = 'new@mail.test' WHERE handle = 'anna'")
    assert states(await contact(workspace, campaign, ANNA, dry_run=True)) == {ANNA: "skipped"}
    assert states(await contact(workspace, campaign, ANNA)) == {ANNA: "skipped"}
    assert len(receiver.received) == 1


async def test_two_plans_that_were_made_at_the_same_time_are_one_letter(
    workspace: Workspace, campaign: str, receiver: MailReceiver
) -> None:
    """Defence: the guard is asked once more where nobody else can write. Here nobody had written when both planned."""
    plans = [await outreach.plan(workspace, campaign, [parse_ref(ANNA)], "gift") for _ in range(2)]
    reports = [await outreach.carry_out(workspace, made) for made in plans]
    assert [states(report) for report in reports] == [{ANNA: "sent"}, {ANNA: "skipped"}]
    assert len(receiver.received) == 1


async def test_one_mailbox_gets_one_letter_whoever_is_said_to_have_it(
    workspace: Workspace, campaign: str, receiver: MailReceiver, account: Any
) -> None:
    await account("youtube:anna", email="Anna+collabs@mail.test")
    await contact(workspace, campaign, ANNA)
    held = await contact(workspace, campaign, "youtube:anna")
    assert states(held) == {"youtube:anna": "skipped"}
    assert "this address" in (held.rows[0].reason or "")
    assert len(receiver.received) == 1


async def test_after_a_month_the_guard_is_silent(workspace: Workspace, campaign: str, receiver: MailReceiver) -> None:
    await contact(workspace, campaign, ANNA)
    later = workspace.clock() + 31 * DAY
    async with opened(workspace.folder, clock=lambda: later) as then:
        assert states(await contact(then, campaign, ANNA)) == {ANNA: "sent"}


async def test_two_sessions_writing_to_the_same_people_send_once(
    workspace: Workspace, campaign: str, receiver: MailReceiver
) -> None:
    async with opened(workspace.folder, clock=workspace.clock) as other:
        await asyncio.gather(contact(workspace, campaign, ANNA, BEN), contact(other, campaign, BEN, ANNA))
    assert len(receiver.to("anna@mail.test")) == 1
    assert len(receiver.to("ben@mail.test")) == 1


async def test_two_senders_of_one_outbox_send_once(workspace: Workspace, campaign: str, receiver: MailReceiver) -> None:
    receiver.script["RCPT"] = "451 4.7.1 later"
    await contact(workspace, campaign, ANNA, BEN)
    receiver.script.clear()
    ids = [row.id for row in await sending.outgoing(workspace)]
    async with opened(workspace.folder, clock=workspace.clock) as other:
        await asyncio.gather(
            sending.send_queued(workspace, ids), sending.send_queued(other, ids), return_exceptions=True
        )
    assert len(receiver.received) == 2
    assert {row.state for row in await inbox.conversations(workspace)} == {"sent"}


async def test_one_person_with_two_accounts_gets_one_letter(
    workspace: Workspace, campaign: str, receiver: MailReceiver, account: Any
) -> None:
    await account("youtube:anna", person=1)
    report = await contact(workspace, campaign, ANNA, "youtube:anna")
    assert len(report.rows) == 1
    assert len(receiver.received) == 1


async def test_the_suppressed_are_never_written_to(workspace: Workspace, campaign: str, receiver: MailReceiver) -> None:
    async with workspace.db.write(workspace.clock()) as transaction:
        await suppressions.add(transaction, "opted_out", emails=["Anna+x@mail.test"])
    report = await contact(workspace, campaign, ANNA)
    assert states(report) == {ANNA: "skipped"}
    assert "opted out" in (report.rows[0].reason or "")
    assert receiver.received == []


async def test_who_opts_out_after_the_letter_was_queued_does_not_get_it(
    workspace: Workspace, campaign: str, receiver: MailReceiver
) -> None:
    receiver.script["RCPT"] = "451 4.7.1 later"
    await contact(workspace, campaign, ANNA)
    receiver.script.clear()
    async with workspace.db.write(workspace.clock()) as transaction:
        await suppressions.add(transaction, "opted_out", emails=["anna@mail.test"])
    [waiting] = await sending.outgoing(workspace)
    [delivery] = await sending.send_queued(workspace, [waiting.id])
    assert delivery.state == "cancelled"
    assert receiver.received == []


async def test_one_account_that_opts_out_holds_the_letter_to_another_of_the_person(
    workspace: Workspace, campaign: str, receiver: MailReceiver, account: Any
) -> None:
    """Defence: who opts out is a person; the last check asks for all of their accounts, not for the address alone."""
    await account("youtube:anna", person=1)
    receiver.script["RCPT"] = "451 4.7.1 later"
    await contact(workspace, campaign, ANNA)
    receiver.script.clear()
    async with workspace.db.write(workspace.clock()) as transaction:
        [of_youtube] = [
            each for each in await creators.of_person(transaction, PersonId(1)) if each.platform == "youtube"
        ]
        await suppressions.add(transaction, "opted_out", accounts=[of_youtube])
    [waiting] = await sending.outgoing(workspace)
    [delivery] = await sending.send_queued(workspace, [waiting.id])
    assert delivery.state == "cancelled"
    assert receiver.received == []


@pytest.mark.parametrize(
    ("stage", "reply", "state"),
    [
        ("RCPT", "550 5.1.1 no such user", "failed"),
        ("RCPT", "450 4.2.0 greylisted", "deferred"),
        ("MAIL", "451 4.3.0 busy", "deferred"),
        ("MAIL", "550 5.7.1 not you", "deferred"),
        ("DATA", "554 5.7.1 spam", "failed"),
        ("DATA", "451 4.3.0 busy", "deferred"),
        ("BODY", "552 5.3.4 too big", "failed"),
        ("BODY", "452 4.3.1 full", "deferred"),
        ("RCPT", DROP, "deferred"),
        ("MAIL", DROP, "deferred"),
        ("DATA", DROP, "unknown"),
        ("BODY", DROP, "unknown"),
        ("KEPT", DROP, "unknown"),
    ],
)
async def test_each_failure_leaves_the_state_that_is_true(
    workspace: Workspace, campaign: str, receiver: MailReceiver, stage: str, reply: str, state: str
) -> None:
    receiver.script[stage] = reply
    report = await contact(workspace, campaign, ANNA)
    assert states(report) == {ANNA: state}
    [row] = await sending.outgoing(workspace)
    assert (row.state, row.attempts) == (state, 1)
    assert row.outcome
    assert len(receiver.received) == (stage == "KEPT")


async def test_an_unknown_outcome_is_never_sent_again_by_itself(
    workspace: Workspace, campaign: str, receiver: MailReceiver
) -> None:
    receiver.script["KEPT"] = DROP
    await contact(workspace, campaign, ANNA)
    receiver.script.clear()
    assert await sending.send_queued(workspace) == []
    [row] = await sending.outgoing(workspace)
    assert row.state == "unknown"
    assert f"outbox resolve {row.id}" in (row.next or "")
    with pytest.raises(Failure):
        await sending.send_queued(workspace, [row.id])
    assert states(await contact(workspace, campaign, ANNA)) == {ANNA: "skipped"}
    assert len(receiver.received) == 1


async def test_a_persons_word_settles_an_unknown_outcome(
    workspace: Workspace, campaign: str, receiver: MailReceiver
) -> None:
    receiver.script["BODY"] = DROP
    await contact(workspace, campaign, ANNA, BEN)
    receiver.script.clear()
    first, second = await sending.outgoing(workspace)
    await sending.resolve(workspace, first.id, "sent")
    await sending.resolve(workspace, second.id, "again")
    [delivery] = await sending.send_queued(workspace)
    assert (delivery.message, delivery.state) == (second.id, "sent")
    assert {row.awaiting for row in await inbox.conversations(workspace)} == {"them"}
    assert {each.state for each in await collaborations(workspace, campaign=campaign)} == {"contacted"}
    with pytest.raises(WrongUsage):
        await sending.resolve(workspace, first.id, "again")


async def test_a_message_sent_again_is_the_same_to_the_byte(
    workspace: Workspace, campaign: str, receiver: MailReceiver
) -> None:
    receiver.script["KEPT"] = DROP
    await contact(workspace, campaign, ANNA)
    receiver.script.clear()
    [row] = await sending.outgoing(workspace)
    await sending.resolve(workspace, row.id, "again")
    await sending.send_queued(workspace)
    first, second = receiver.received
    assert first.raw == second.raw


async def test_one_refused_address_does_not_stop_the_others(
    workspace: Workspace, campaign: str, receiver: MailReceiver
) -> None:
    receiver.script["RCPT anna@mail.test"] = "550 5.1.1 no such user"
    assert states(await contact(workspace, campaign, ANNA, BEN)) == {ANNA: "failed", BEN: "sent"}


async def test_a_broken_connection_is_made_anew_for_the_next_letter(
    workspace: Workspace, campaign: str, receiver: MailReceiver
) -> None:
    receiver.script["RCPT anna@mail.test"] = DROP
    assert states(await contact(workspace, campaign, ANNA, BEN)) == {ANNA: "deferred", BEN: "sent"}


async def test_who_stops_the_program_while_a_letter_is_transmitted_finds_it_in_doubt_and_the_rest_waiting(
    workspace: Workspace, campaign: str, receiver: MailReceiver
) -> None:
    receiver.script["KEPT"] = HANG
    sending_both = asyncio.create_task(contact(workspace, campaign, ANNA, BEN))
    while not receiver.received:
        await asyncio.sleep(0.01)
    sending_both.cancel()
    with pytest.raises(asyncio.CancelledError):
        await sending_both
    rows = await workspace.db.all("SELECT state FROM messages ORDER BY id")
    assert [row["state"] for row in rows] == ["unknown", "queued"], "at once, and not when somebody looks"
    assert [row.state for row in await sending.outgoing(workspace)] == ["unknown", "queued"]


async def test_the_address_is_not_given_the_brands_name_twice(workspace: Workspace, campaign: str) -> None:
    await brands.edit_brand(workspace, "Acme", {"postal_address": "ACME Ltd\n1 Road\nTown"})
    report = await contact(workspace, campaign, ANNA, dry_run=True)
    assert "\nACME Ltd 1 Road Town\n" in (report.rows[0].body or "")


@pytest.mark.parametrize(("step", "copies", "state"), [("claim", 0, "queued"), ("settle", 1, "unknown")])
async def test_a_full_disk_sends_nothing_or_leaves_a_doubt(
    workspace: Workspace,
    campaign: str,
    receiver: MailReceiver,
    monkeypatch: pytest.MonkeyPatch,
    step: str,
    copies: int,
    state: str,
) -> None:
    async def full(*_: Any, **__: Any) -> None:
        raise sqlite3.OperationalError("database or disk is full")

    with monkeypatch.context() as patched:
        patched.setattr(outbox, step, full)
        with pytest.raises(sqlite3.OperationalError):
            await contact(workspace, campaign, ANNA)
    assert len(receiver.received) == copies
    assert [row.state for row in await sending.outgoing(workspace)] == [state]


@pytest.mark.parametrize(
    ("query", "recipients"),
    [("state:failed", ["anna@mail.test"]), ("-state:failed", ["ben@mail.test"]), ("handle:ben", ["ben@mail.test"]),
     ("campaign:spring attempts:>0", ["anna@mail.test", "ben@mail.test"]), ("written:>1d", []), ("Anna", ["anna@mail.test"])],
)  # fmt: skip
async def test_the_outbox_answers_queries(
    workspace: Workspace, campaign: str, receiver: MailReceiver, query: str, recipients: list[str]
) -> None:
    receiver.script |= {"RCPT anna@mail.test": "550 5.1.1 no", "RCPT ben@mail.test": "451 4.7.1 later"}
    await contact(workspace, campaign, ANNA, BEN)
    assert [row.recipient for row in await sending.outgoing(workspace, query=query)] == recipients


async def test_a_server_that_takes_one_letter_a_connection_gets_them_one_by_one(
    workspace: Workspace, campaign: str, receiver: MailReceiver
) -> None:
    receiver.messages_a_connection = 1
    assert states(await contact(workspace, campaign, ANNA, BEN)) == {ANNA: "sent", BEN: "sent"}
    assert receiver.connections == 2
    assert len(receiver.received) == 2


async def test_a_follow_up_belongs_under_what_it_follows(
    workspace: Workspace, campaign: str, receiver: MailReceiver
) -> None:
    await contact(workspace, campaign, ANNA)
    refs = [parse_ref(ANNA), parse_ref(BEN)]
    await outreach.contact(workspace, campaign, refs, "follow-up", again=True)
    first, second = receiver.to("anna@mail.test")
    assert second.message["In-Reply-To"] == second.message["References"] == first.message["Message-ID"]
    assert second.message["Subject"] == f"Re: {first.message['Subject']}"
    [without] = receiver.to("ben@mail.test")
    assert without.message["References"] is None
    assert not without.message["Subject"].startswith("Re:")
    [row] = await inbox.conversations(workspace, "handle:anna")
    assert row.messages == 2


async def test_a_reply_that_comes_after_the_sender_was_given_up_still_counts(
    workspace: Workspace, campaign: str, receiver: MailReceiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    settle = outbox.settle

    async def late(transaction: Any, going: Any, *args: Any, **options: Any) -> None:
        await outbox.move(transaction, going.id, "unknown", "given up", states=("in_data",))
        await settle(transaction, going, *args, **options)

    monkeypatch.setattr(outbox, "settle", late)
    await contact(workspace, campaign, ANNA)
    assert [row.state for row in await inbox.conversations(workspace)] == ["sent"]


async def test_a_refused_sender_stops_the_run_and_loses_nothing(
    workspace: Workspace, campaign: str, receiver: MailReceiver
) -> None:
    receiver.script["MAIL"] = "550 5.7.1 you may not send"
    assert states(await contact(workspace, campaign, ANNA, BEN)) == {ANNA: "deferred", BEN: "queued"}
    receiver.script.clear()
    ids = [row.id for row in await sending.outgoing(workspace)]
    assert [each.state for each in await sending.send_queued(workspace, ids)] == ["sent", "sent"]


async def test_a_deferred_letter_rests_and_says_until_when(
    workspace: Workspace, campaign: str, receiver: MailReceiver
) -> None:
    receiver.script["RCPT"] = "450 4.2.0 greylisted"
    await contact(workspace, campaign, ANNA)
    receiver.script.clear()
    [row] = await sending.outgoing(workspace)
    assert row.rests
    assert "2026-11-22T12:15:00Z" in row.why
    assert await sending.send_queued(workspace) == []
    async with opened(workspace.folder, clock=lambda: workspace.clock() + 3_600_000) as later:
        assert [each.state for each in await sending.send_queued(later)] == ["sent"]


async def test_without_a_postal_address_nothing_is_sent(
    workspace: Workspace, campaign: str, receiver: MailReceiver
) -> None:
    await brands.edit_brand(workspace, "Acme", {"postal_address": ""})
    with pytest.raises(NeedsConfiguration) as missing:
        await contact(workspace, campaign, ANNA)
    assert "brand edit" in (missing.value.hint or "")
    assert receiver.connections == 0


async def test_without_a_server_nothing_is_queued(workspace: Workspace, campaign: str, receiver: MailReceiver) -> None:
    receiver.stop()
    with pytest.raises(Failure) as failed:
        await contact(workspace, campaign, ANNA)
    assert "nothing answers" in failed.value.message
    assert await inbox.conversations(workspace) == []


async def test_a_sent_mail_cannot_be_taken_back(workspace: Workspace, campaign: str) -> None:
    await contact(workspace, campaign, ANNA)
    undone = await upkeep.journal(workspace)
    assert "wrote to 1 person" in undone[0].summary
    assert not undone[0].undoable


async def test_direct_messages_are_written_out_and_noted_when_sent_by_hand(
    workspace: Workspace, campaign: str, receiver: MailReceiver
) -> None:
    plan = await outreach.plan(workspace, campaign, [parse_ref(CLEO)], "dm-hello")
    shown = outreach.would(plan)
    assert shown.rows[0].recipient == "https://instagram.test/cleo"
    assert "Acme" in (shown.rows[0].body or "")
    await outreach.sent_by_hand(workspace, plan)
    [row] = await inbox.conversations(workspace)
    assert (row.channel, row.awaiting, row.state) == ("dm", "them", "logged")
    assert [each.state for each in await collaborations(workspace, campaign=campaign)] == ["contacted"]


async def test_a_letter_without_a_footer_gets_one(workspace: Workspace, campaign: str) -> None:
    from influtui.model.templates import Template
    from influtui.services.outgoing import templates

    await templates.new(workspace, Template(name="bare", subject="Hi", body="Would you like a cake?"))
    report = await outreach.preview(workspace, campaign, [parse_ref(ANNA)], "bare")
    assert (report.rows[0].body or "").startswith(
        "Would you like a cake?\n\n-- \nAcme, 1 Road, 12345 Town\n"
        "If you would rather not hear from us, answer with STOP and we will not write again.\n"
    )
