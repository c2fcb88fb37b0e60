from __future__ import annotations

from typing import Any

import pytest
from mail_receiver import DROP, MailReceiver

from influtui.model.creators import parse_ref
from influtui.model.failures import Conflict, NotFound, WrongUsage
from influtui.model.settings import MailAccount
from influtui.services import inbox, upkeep
from influtui.services.campaign import brands, campaigns
from influtui.services.campaign.collaborations import collaborations
from influtui.services.mailbox import accounts
from influtui.services.outgoing import outreach, sending
from influtui.services.workspace import Workspace, opened

ANNA = "instagram:anna"
OUTLOOK_ID = f"<{'A' * 86}@EURP250MB0001.test>"


@pytest.fixture
async def thread(workspace: Workspace, receiver: MailReceiver, account: Any) -> int:
    """A conversation with Anna in which we have written. Returns its id."""
    await account(ANNA, name="Anna Li", email="anna@mail.test")
    await account("tiktok:ben", name="Ben", email="ben@mail.test")
    await brands.new_brand(workspace, "Acme", {"postal_address": "1 Road"})
    made = await campaigns.new_campaign(workspace, "Spring", {"goal": "awareness"}, brand="Acme")
    box = MailAccount(
        address="jo@brand.test", name="Jo Doe", smtp_host="127.0.0.1", smtp_port=receiver.port, smtp_security="none"
    )
    await accounts.add(workspace, box)
    report = await outreach.contact(workspace, made.campaign.code, [parse_ref(ANNA)], "gift")
    return report.rows[0].conversation or 0


async def test_a_pasted_answer_waits_for_us_and_moves_the_collaboration(workspace: Workspace, thread: int) -> None:
    await inbox.log_answer(workspace, parse_ref(ANNA), "Yes please!")
    [row] = await inbox.conversations(workspace)
    assert (row.id, row.awaiting, row.state, row.last) == (thread, "us", "logged", "Yes please!\n")
    [collaboration] = await collaborations(workspace)
    assert collaboration.state == "in_conversation"


async def test_a_pasted_answer_can_be_taken_back(workspace: Workspace, thread: int) -> None:
    await inbox.log_answer(workspace, thread, "Yes please!")
    await upkeep.undo(workspace)
    [row] = await inbox.conversations(workspace)
    assert (row.awaiting, row.messages) == ("them", 1)
    assert [each.state for each in await collaborations(workspace)] == ["contacted"]


async def test_an_answer_is_threaded_under_what_it_answers(
    workspace: Workspace, thread: int, receiver: MailReceiver
) -> None:
    await inbox.log_answer(workspace, thread, "Yes please!")
    delivery = await inbox.reply(workspace, thread, "Great!")
    assert delivery.state == "sent"
    first, second = receiver.to("anna@mail.test")
    assert second.message["In-Reply-To"] == first.message["Message-ID"]
    assert second.message["References"] == first.message["Message-ID"]
    assert second.message["Subject"] == f"Re: {first.message['Subject']}"
    await inbox.reply(workspace, thread, "One more thing")
    third = receiver.to("anna@mail.test")[-1]
    assert third.message["References"].split() == [first.message["Message-ID"], second.message["Message-ID"]]
    assert third.message["Subject"] == second.message["Subject"]


async def test_an_id_longer_than_a_line_stays_whole_in_an_answer(
    workspace: Workspace, thread: int, receiver: MailReceiver
) -> None:
    async with workspace.change("test", "received") as unit:
        columns = {
            "conversation_id": thread,
            "direction": "in",
            "state": "received",
            "body": "Hi",
            "written_by": "anna",
        }
        await unit.insert("messages", {**columns, "message_id": OUTLOOK_ID, "at": unit.at})
    await inbox.reply(workspace, thread, "Great!")
    assert receiver.received[-1].message["In-Reply-To"] == OUTLOOK_ID
    assert OUTLOOK_ID.encode() in receiver.received[-1].raw


async def test_an_answer_to_a_thread_that_has_moved_on_is_held(workspace: Workspace, thread: int) -> None:
    seen = (await inbox.conversation(workspace, thread)).messages[-1].id
    await inbox.log_answer(workspace, thread, "Sorry, no.")
    with pytest.raises(Conflict):
        await inbox.reply(workspace, thread, "So shall I send it?", seen=seen)
    assert (await inbox.conversation(workspace, thread)).row.messages == 2


async def test_a_crafted_subject_in_a_thread_injects_nothing(
    workspace: Workspace, thread: int, receiver: MailReceiver
) -> None:
    async with workspace.change("test", "renamed") as unit:
        await unit.update(
            "conversations", thread, {"subject": "=?utf-8?q?Hi=0D=0ABcc:_evil@x.test?=\r\nBcc: evil@x.test"}
        )
    await inbox.reply(workspace, thread, "Great!")
    assert receiver.received[-1].message["Bcc"] is None
    assert receiver.received[-1].recipients == ["anna@mail.test"]


async def test_a_draft_outlives_the_session_and_goes_with_the_answer(
    workspace: Workspace, thread: int, receiver: MailReceiver
) -> None:
    await inbox.save_draft(workspace, thread, "Dear An")
    async with opened(workspace.folder) as again:
        assert await inbox.load_draft(again, thread) == "Dear An"
    receiver.script["RCPT"] = "550 5.1.1 no"
    assert (await inbox.reply(workspace, thread, "Dear Anna")).state == "failed"
    assert await inbox.load_draft(workspace, thread) == "Dear An"
    receiver.script.clear()
    await inbox.reply(workspace, thread, "Dear Anna")
    assert await inbox.load_draft(workspace, thread) is None


async def test_after_an_answer_in_doubt_nothing_more_goes_in_its_thread(
    workspace: Workspace, thread: int, receiver: MailReceiver
) -> None:
    receiver.script["KEPT"] = DROP
    assert (await inbox.reply(workspace, thread, "Great!")).state == "unknown"
    receiver.script.clear()
    held = await inbox.reply(workspace, thread, "Hello?")
    assert held.state == "queued"
    assert "nobody knows" in held.said
    assert [row.state for row in await inbox.conversations(workspace)] == ["queued"]
    assert len(receiver.received) == 2
    doubtful, waiting = await sending.outgoing(workspace)
    assert f"message {doubtful.id}" in waiting.why


async def test_a_direct_message_begins_a_conversation_that_no_program_answers(
    workspace: Workspace, thread: int
) -> None:
    logged = await inbox.log_answer(workspace, parse_ref("tiktok:ben"), "Hey, I like your stuff")
    assert logged.channel == "dm"
    with pytest.raises(WrongUsage) as refused:
        await inbox.reply(workspace, logged.conversation, "Hi Ben")
    assert "log-dm" in (refused.value.hint or "")
    await inbox.log_sent(workspace, logged.conversation, "Hi Ben")
    assert (await inbox.conversation(workspace, logged.conversation)).row.awaiting == "them"


async def test_who_waits_longest_for_us_stands_first(workspace: Workspace, thread: int) -> None:
    await inbox.log_answer(workspace, parse_ref("tiktok:ben"), "first")
    async with opened(workspace.folder, clock=lambda: workspace.clock() + 60_000) as later:
        await inbox.log_answer(later, thread, "second")
    assert [row.last for row in await inbox.conversations(workspace)] == ["first\n", "second\n"]
    await inbox.log_sent(workspace, parse_ref("tiktok:ben"), "done")
    assert [row.awaiting for row in await inbox.conversations(workspace)] == ["us", "them"]


@pytest.mark.parametrize(
    ("query", "refs"),
    [
        ("cake ben", ["tiktok:ben"]), ("cake anna", []), ("waits:us", ["tiktok:ben"]), ("turn:them", [ANNA]),
        ("channel:email", [ANNA]), ("-channel:email", ["tiktok:ben"]), ("campaign:spring", [ANNA]),
        ("in:campaign", [ANNA]), ("state:logged", ["tiktok:ben"]), ("last:<1d", ["tiktok:ben", ANNA]),
        ("platform:tiktok", ["tiktok:ben"]),
        ('"the cake"', ["tiktok:ben"]), ("Anna", [ANNA]), ("strasse", ["tiktok:ben"]), ('"in der straße"', ["tiktok:ben"]),
        ("Łódź", ["tiktok:ben"]), ("vegan", ["tiktok:ben"]),
    ],
)  # fmt: skip
async def test_the_inbox_answers_queries(workspace: Workspace, thread: int, query: str, refs: list[str]) -> None:
    await inbox.log_answer(workspace, parse_ref("tiktok:ben"), "about the cake, 𝓿𝓮𝓰𝓪𝓷, in der Straße, łódź")
    assert [row.ref for row in await inbox.conversations(workspace, query)] == refs


async def test_a_mistyped_qualifier_is_named_with_the_nearest_one(workspace: Workspace) -> None:
    with pytest.raises(WrongUsage) as refused:
        await inbox.conversations(workspace, "wait:us")
    assert "waits" in f"{refused.value.message} {refused.value.hint}"


async def test_what_is_not_there_is_said(workspace: Workspace) -> None:
    with pytest.raises(NotFound):
        await inbox.conversation(workspace, 99)
    with pytest.raises(NotFound):
        await inbox.log_answer(workspace, 99, "hello")
    with pytest.raises(NotFound):
        await inbox.log_answer(workspace, parse_ref(ANNA), "hello")
    with pytest.raises(WrongUsage):
        await inbox.log_answer(workspace, 1, "  \n")
