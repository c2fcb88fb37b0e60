from __future__ import annotations

import itertools
import os
import signal
from collections.abc import Sequence
from typing import Any

import pytest
from posts import Post

from influtui.mail import second_process
from influtui.mail.mailbox import Head, ImapMailbox, Interrupted
from influtui.mail.second_process import SecondProcess
from influtui.mail.understanding import Guidance
from influtui.services import inbox
from influtui.services.campaign.collaborations import collaborations
from influtui.services.incoming import syncing
from influtui.store import received


async def test_an_answer_is_taken_into_its_conversation_with_its_class(post: Post) -> None:
    post.answer("What would I get?", to="anna@mail.test")
    report = await post.sync()
    assert (report.looked, report.kept, report.kinds) == (1, 1, {"question": 1})
    assert await post.classes() == [("instagram:anna", "us", "question"), ("instagram:ben", "them", None)]
    assert {each.ref: each.state for each in await collaborations(post.workspace)} == {
        "instagram:anna": "in_conversation",
        "instagram:ben": "contacted",
    }


async def test_private_mail_is_counted_and_left_alone(post: Post) -> None:
    post.answer("Dinner on Friday?", sender="mum@family.test")
    post.answer("Your bill", sender="shop@shop.test", headers="List-Id: <news.shop.test>\n")
    report = await post.sync()
    assert (report.looked, report.kept, report.passed) == (2, 0, 2)
    assert await post.workspace.db.all("SELECT 1 FROM received") == []
    assert not any("Dinner" in row["body"] for row in await post.workspace.db.all("SELECT body FROM messages"))


async def test_an_answer_that_landed_in_junk_is_found(post: Post) -> None:
    post.answer("Yes, please!", to="anna@mail.test", folder="Junk")
    assert (await post.sync()).kept == 1
    assert ("instagram:anna", "us", "interested") in await post.classes()


async def test_mail_from_somebody_we_know_needs_no_reference(post: Post) -> None:
    post.answer("I have a question", sender="Anna <ANNA@mail.test>")
    report = await post.sync()
    assert (report.kept, report.unmatched) == (1, 0)
    assert ("instagram:anna", "us", "question") in await post.classes()


async def test_a_sender_who_only_looks_like_somebody_we_know_is_pointed_out(post: Post) -> None:
    post.answer("Please send the parcel elsewhere", sender="Anna <anna@mai1.test>", to="anna@mail.test")
    await post.sync()
    [row] = await inbox.conversations(post.workspace, "is:unverified")
    found = await inbox.conversation(post.workspace, row.id)
    assert "mai1.test looks like mail.test" in (found.messages[-1].unverified or "")


async def test_a_sender_who_only_looks_like_ourselves_is_pointed_out(post: Post) -> None:
    dotted = "\N{CYRILLIC SMALL LETTER BYELORUSSIAN-UKRAINIAN I}"
    post.answer("Please pay this bill", sender=f"Una <una@r{dotted}g.test>", to="anna@mail.test")
    await post.sync()
    [row] = await inbox.conversations(post.workspace, "is:unverified")
    found = await inbox.conversation(post.workspace, row.id)
    assert "looks like rig.test" in (found.messages[-1].unverified or "")


async def test_what_came_in_together_is_found_by_its_words_and_by_no_others(post: Post) -> None:
    post.answer("A pomegranate, please", to="anna@mail.test")
    post.answer("A quince from Łódź, please", to="ben@mail.test")
    await post.sync()
    assert [each.ref for each in await inbox.conversations(post.workspace, "lodz")] == ["instagram:ben"]
    found = await inbox.conversations(post.workspace, "pomegranate")
    assert [each.ref for each in found] == ["instagram:anna"]
    async with post.workspace.db.write(post.workspace.clock()) as transaction:
        # SQLite's own comparison of the index with the table; it fails where one word is missing or too many.
        await transaction.run("INSERT INTO message_text (message_text, rank) VALUES ('integrity-check', 1)")


async def test_a_sender_whose_domain_only_looks_like_our_own_is_pointed_out(post: Post) -> None:
    ours = post.account.address.rpartition("@")[2]
    lookalike = ours.replace("i", "í").encode("idna").decode()
    post.answer("Pay it to the other account", sender=f"Boss <boss@{lookalike}>", to="anna@mail.test")
    await post.sync()
    [row] = await inbox.conversations(post.workspace, "is:unverified")
    found = await inbox.conversation(post.workspace, row.id)
    assert f"looks like {ours}" in (found.messages[-1].unverified or "")


async def test_somebody_we_know_who_writes_first_begins_a_conversation(post: Post) -> None:
    post.answer("Hi, I like your brand", sender="cleo@mail.test")
    await post.sync()
    assert ("instagram:cleo", "us", "interested") in await post.classes()


async def test_what_looks_like_an_answer_from_nobody_we_know_is_kept_in_sight(post: Post) -> None:
    subject = post.letter_to("anna@mail.test")["Subject"]
    raw = f"From: manager@agency.test\nSubject: AW: {subject}\nMessage-ID: <m@agency.test>\n\nI speak for her.\n"
    post.server.deliver(post.account.address, raw.encode())
    report = await post.sync()
    assert (report.kept, report.unmatched) == (1, 1)
    [row] = await inbox.conversations(post.workspace, "is:unmatched")
    assert (row.address, row.ref, row.awaiting) == ("manager@agency.test", None, "us")


async def test_a_message_is_taken_in_once_however_often_it_lies_there(post: Post) -> None:
    raw = post.answer("Yes!", to="anna@mail.test")
    post.server.deliver(post.account.address, raw)
    post.server.deliver(post.account.address, raw, folder="Junk")
    report = await post.sync()
    assert (report.looked, report.kept, report.known) == (3, 1, 2)
    assert (await post.sync()).looked == 0
    assert (await post.sync(everything=True)).known == 3


async def test_an_id_that_was_used_again_hides_no_message(post: Post) -> None:
    raw = post.answer("First", to="anna@mail.test")
    post.server.deliver(post.account.address, raw.replace(b"First", b"Second"))
    assert (await post.sync()).kept == 2


async def test_a_folder_that_is_numbered_anew_brings_nothing_twice(post: Post) -> None:
    post.answer("Yes!", to="anna@mail.test")
    await post.sync()
    post.server.forget_uids(post.account.address)
    post.answer("And no", to="ben@mail.test")
    report = await post.sync()
    assert (report.kept, report.known) == (1, 1)


async def test_our_own_answer_from_another_program_counts_as_ours(post: Post) -> None:
    post.answer("How much?", to="anna@mail.test")
    await post.sync()
    question = (await inbox.conversations(post.workspace, "waits:us"))[0]
    raw = (
        f"From: {post.account.address}\nTo: anna@mail.test\nSubject: Re: x\nMessage-ID: <mine@rig.test>\n"
        f"In-Reply-To: {post.letter_to('anna@mail.test')['Message-ID']}\n\n180 euros.\n"
    )
    post.server.deliver(post.account.address, raw.encode(), folder="Sent")
    await post.sync()
    found = await inbox.conversation(post.workspace, question.id)
    assert (found.messages[-1].direction, found.messages[-1].state, found.row.awaiting) == ("out", "sent", "them")


async def test_answers_in_one_batch_find_each_other(post: Post) -> None:
    post.answer("First", to="anna@mail.test", headers="X: y\n")
    raw = (
        b"From: manager@agency.test\nMessage-ID: <second@agency.test>\nIn-Reply-To: <1000@mail.test>\n\nI take over.\n"
    )
    first = post.server.stored(post.account.address)[0]
    own_id = first.partition(b"Message-ID: ")[2].partition(b"\n")[0]
    post.server.deliver(post.account.address, raw.replace(b"<1000@mail.test>", own_id))
    await post.sync()
    [row] = await inbox.conversations(post.workspace, "waits:us")
    assert row.messages == 3


async def test_a_stopped_sync_goes_on_where_it_stopped(post: Post, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(5):
        post.answer(f"Number {number}", to="anna@mail.test")
    monkeypatch.setattr(syncing, "BATCH", 2)
    monkeypatch.setattr(syncing, "SMALLEST_BATCH", 2)
    taken = syncing.arrivals.take_in
    calls = itertools.count()

    async def breaking(*args: Any) -> Any:
        if next(calls) == 1:
            post.server.end_sessions()
            raise Interrupted("the server went away")
        return await taken(*args)

    monkeypatch.setattr(syncing.arrivals, "take_in", breaking)
    with pytest.raises(Interrupted):
        await post.sync()
    monkeypatch.setattr(syncing.arrivals, "take_in", taken)
    report = await post.sync()
    assert (report.looked, report.kept, report.known) == (3, 3, 0)


@pytest.fixture
def helped(monkeypatch: pytest.MonkeyPatch) -> None:
    """A mailbox is read with a second process, in small pages and batches."""
    monkeypatch.setattr(second_process, "MANY", 1)
    monkeypatch.setattr(second_process, "cores", lambda: 2)
    monkeypatch.setattr(syncing, "PAGE", 2)
    monkeypatch.setattr(syncing, "BATCH", 1)
    monkeypatch.setattr(syncing, "SMALLEST_BATCH", 1)


async def answer_whom_an_agency_follows(post: Post) -> None:
    """Two pages of answers of Anna's, then an agency's answer to the last of them, and private mail."""
    for number in range(4):
        post.answer(f"Number {number}?", to="anna@mail.test")
    last = post.server.stored(post.account.address)[-1]
    own_id = last.partition(b"Message-ID: ")[2].partition(b"\n")[0]
    post.deliver(b"From: a@agency.test\nMessage-ID: <s@agency.test>\nIn-Reply-To: %s\n\nI take over.\n" % own_id)
    post.answer("Dinner on Friday?", sender="mum@family.test")


@pytest.mark.usefixtures("helped")
async def test_a_second_process_brings_the_same_and_knows_what_was_not_taken_in_yet(
    post: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    started = []
    start = SecondProcess.started

    async def noted(guidance: Guidance) -> SecondProcess:
        started.append(await start(guidance))
        return started[-1]

    monkeypatch.setattr(SecondProcess, "started", noted)
    await answer_whom_an_agency_follows(post)
    report = await post.sync()
    assert (report.looked, report.kept, report.passed) == (6, 5, 1)
    assert report.kinds == {"question": 4, "other": 1}
    [row] = await inbox.conversations(post.workspace, "waits:us")
    assert row.messages == 6, "the agency's stands with those that it refers to"
    assert len(started) == 1
    with pytest.raises(ProcessLookupError):
        os.kill(started[0].pid, 0)


@pytest.mark.usefixtures("helped")
async def test_a_second_process_that_is_killed_takes_no_message_with_it(
    post: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = itertools.count()
    understand = SecondProcess.understand

    async def killed(self: SecondProcess, raws: Sequence[bytes]) -> Any:
        if next(asked) == 2:
            os.kill(self.pid, signal.SIGKILL)
        return await understand(self, raws)

    monkeypatch.setattr(SecondProcess, "understand", killed)
    await answer_whom_an_agency_follows(post)
    report = await post.sync()
    assert (report.looked, report.kept, report.passed, report.known) == (6, 5, 1, 0)
    assert (await post.sync()).looked == 0


@pytest.mark.usefixtures("helped")
async def test_a_stop_ends_the_second_process_and_keeps_what_was_taken_in(
    post: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    taken = syncing.arrivals.take_in
    calls = itertools.count()
    ended = []
    close = SecondProcess.close

    async def breaking(*args: Any) -> Any:
        if next(calls) == 2:
            raise Interrupted("the server went away")
        return await taken(*args)

    async def noted(self: SecondProcess) -> None:
        await close(self)
        ended.append(self.pid)

    monkeypatch.setattr(SecondProcess, "close", noted)
    monkeypatch.setattr(syncing.arrivals, "take_in", breaking)
    await answer_whom_an_agency_follows(post)
    with pytest.raises(Interrupted):
        await post.sync()
    assert len(ended) == 1
    monkeypatch.setattr(syncing.arrivals, "take_in", taken)
    report = await post.sync()
    assert (report.looked, report.kept, report.passed, report.known) == (4, 3, 1, 0)


async def test_a_letter_in_doubt_that_lies_in_sent_went(post: Post) -> None:
    letter = post.letter_to("anna@mail.test")["Message-ID"]
    async with post.workspace.db.write(post.workspace.clock()) as transaction:
        await transaction.run("UPDATE messages SET state = 'unknown' WHERE message_id = ?", (letter,))
    raw = post.receiver.to("anna@mail.test")[0].raw
    post.server.deliver(post.account.address, raw, folder="Sent")
    assert (await post.sync()).went == 1
    assert [row.state for row in await inbox.conversations(post.workspace)] == ["sent", "sent"]


async def test_our_own_letters_in_sent_are_no_news_and_are_not_read(
    post: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    bodies: list[int] = []
    read = ImapMailbox.bodies

    def counted(self: ImapMailbox, heads: Sequence[Head]) -> Any:
        bodies.append(len(heads))
        return read(self, heads)

    monkeypatch.setattr(ImapMailbox, "bodies", counted)
    await post.sync()
    post.deliver(*(each.raw for each in post.receiver.received), folder="Sent")
    report = await post.sync()
    assert (report.looked, report.kept, report.known, report.passed) == (0, 0, 2, 0)
    assert sum(bodies) == 0


async def test_a_letter_in_doubt_that_is_answered_went(post: Post) -> None:
    letter = post.letter_to("anna@mail.test")["Message-ID"]
    async with post.workspace.db.write(post.workspace.clock()) as transaction:
        await transaction.run("UPDATE messages SET state = 'unknown' WHERE message_id = ?", (letter,))
    post.answer("Got it", to="anna@mail.test")
    await post.sync()
    [row] = await inbox.conversations(post.workspace, "waits:us")
    assert [each.state for each in (await inbox.conversation(post.workspace, row.id)).messages] == ["sent", "received"]


@pytest.mark.parametrize("files_sent", [True, False])
async def test_a_letter_that_went_lies_in_sent_once(post: Post, files_sent: bool) -> None:
    async with post.workspace.db.write(post.workspace.clock()) as transaction:
        await received.learn(transaction, post.account.address, files_sent=files_sent, authserv_id=None)
    if files_sent:
        for each in post.receiver.received:
            post.server.deliver(post.account.address, each.raw, folder="Sent")
    report = await post.sync()
    await post.sync()
    assert report.filed == (0 if files_sent else 2)
    ids = sorted(
        each.partition(b"Message-ID: ")[2].partition(b"\n")[0]
        for each in post.server.stored(post.account.address, "Sent")
    )
    assert ids == sorted(post.letter_to(f"{who}@mail.test")["Message-ID"].encode() for who in ("anna", "ben"))
