"""What nobody can bring about who made a message up. `tests/services/test_reacting.py` has what true ones bring about.

Mallory knows Anna's address and ours, and reads neither mailbox.
"""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from posts import Post

from influtui.mail import folders
from influtui.mail.folders import Folder
from influtui.mail.imap_wire import Response
from influtui.services import inbox
from influtui.services.campaign.collaborations import collaborations
from influtui.services.outgoing import sending, suppressing
from influtui.store import outbox, pauses, received

ANNA, BEN = "instagram:anna", "instagram:ben"
OUR_SERVER = "mx.rig.test"
POLICY = "550 5.7.1 Message rejected due to policy: your domain is blocked"
GONE = "550 5.1.1 User unknown"


def report(
    to: str, of: str | None, said: str = GONE, *, kind: str = "delivery-status", names: str | None = None
) -> bytes:
    """A report that a letter to `to` with the id `of` came back, or was called spam."""
    machine = (
        f"Feedback-Type: abuse\nUser-Agent: x\nVersion: 1\nOriginal-Rcpt-To: {names or to}\n"
        if kind == "feedback-report"
        else f"Reporting-MTA: dns; mx.test\n\nFinal-Recipient: rfc822; {names or to}\nAction: failed\n"
        f"Status: {said.split()[1]}\nDiagnostic-Code: smtp; {said}\n"
    )
    original = f"--b\nContent-Type: text/rfc822-headers\n\nMessage-ID: {of}\n\n" if of else ""
    return (
        f"Return-Path: <>\nFrom: MAILER-DAEMON@mx.test\nSubject: Undelivered Mail\nMIME-Version: 1.0\n"
        f'Content-Type: multipart/report; report-type={kind}; boundary="b"\n\n--b\nContent-Type: text/plain\n\n'
        f"<{names or to}>: {said}\n\n--b\nContent-Type: message/{kind}\n\n{machine}\n{original}--b--\n"
    ).encode()


async def suppressed(post: Post) -> set[str]:
    """Who of those we wrote to is not written to again."""
    return {each.who for each in await suppressing.standing(post.workspace, [ANNA, BEN]) if each.reason}


async def is_paused(post: Post) -> bool:
    return await pauses.going(post.workspace.db, post.account.address) is not None


async def waiting_for_a_person(post: Post) -> list[str | None]:
    return [row.kind for row in await inbox.conversations(post.workspace, "is:unconfirmed")]


async def letters(post: Post) -> dict[str, str]:
    """The state of what we wrote, by recipient."""
    rows = await post.workspace.db.all("SELECT recipient, state FROM messages WHERE direction = 'out'")
    return {row["recipient"]: row["state"] for row in rows}


async def learn(post: Post) -> None:
    async with post.workspace.db.write(post.workspace.clock()) as transaction:
        await received.learn(transaction, post.account.address, files_sent=False, authserv_id=OUR_SERVER)


async def test_an_unsubscribe_whose_sender_is_proven_needs_no_reference(post: Post) -> None:
    await learn(post)
    for who in ("anna", "ben"):
        server = OUR_SERVER if who == "anna" else "mallory.test"
        proven = f"Authentication-Results: {server}; dmarc=pass header.from=mail.test\n"
        post.answer("STOP", sender=f"{who}@mail.test", headers=proven)
    await post.sync()
    assert await suppressed(post) == {ANNA}, "a finding that another server signed proves nothing"


async def test_an_id_that_mallory_brought_in_herself_proves_nothing(post: Post) -> None:
    """Defence: only an id that we made up is a secret. Here she plants one in Anna's name, then refers to it."""
    post.deliver(b"From: anna@mail.test\nSubject: hello\nMessage-ID: <planted@mallory.test>\n\nHow much do you pay?\n")
    await post.sync()
    refers = b"In-Reply-To: <planted@mallory.test>\n"
    post.deliver(b"From: anna@mail.test\nSubject: Re: hello\nMessage-ID: <2@mallory.test>\n" + refers + b"\nSTOP\n")
    post.deliver(report("anna@mail.test", "<planted@mallory.test>", POLICY))
    await post.sync()
    assert await suppressed(post) == set()
    assert not await is_paused(post)
    assert await letters(post) == {"anna@mail.test": "sent", "ben@mail.test": "sent"}
    assert len(await inbox.conversations(post.workspace, "is:unconfirmed")) == 1


@pytest.mark.parametrize("said", [GONE, POLICY])
async def test_a_bounce_that_anybody_may_have_written_neither_suppresses_nor_pauses(post: Post, said: str) -> None:
    """Defence: a bounce without the id of a letter of ours waits for a person, whatever address it names."""
    post.deliver(report("anna@mail.test", None, said))
    assert (await post.sync()).to_confirm == 1
    assert await suppressed(post) == set()
    assert not await is_paused(post)
    assert await letters(post) == {"anna@mail.test": "sent", "ben@mail.test": "sent"}


async def test_a_bounce_concerns_who_got_the_letter_that_it_names_and_nobody_else(post: Post) -> None:
    """Defence: Ben, who knows the id of his letter, cannot have Anna's address given up."""
    letter = post.letter_to("ben@mail.test")["Message-ID"]
    post.deliver(report("ben@mail.test", letter, names="anna@mail.test"))
    await post.sync()
    assert "anna@mail.test" not in {
        each.who for each in await suppressing.standing(post.workspace, ["anna@mail.test"]) if each.reason
    }
    assert await letters(post) == {"anna@mail.test": "sent", "ben@mail.test": "failed"}


async def test_a_complaint_that_anybody_may_have_written_does_nothing_by_itself(post: Post) -> None:
    """Defence: an abuse report without the id of a letter of ours waits for a person."""
    post.deliver(report("anna@mail.test", None, kind="feedback-report"))
    assert (await post.sync()).to_confirm == 1
    assert await suppressed(post) == set()
    assert not await is_paused(post)
    post.deliver(report("ben@mail.test", post.letter_to("ben@mail.test")["Message-ID"], kind="feedback-report"))
    await post.sync()
    assert await suppressed(post) == {BEN}


async def test_a_report_about_forged_mail_suppresses_nobody(post: Post) -> None:
    """Defence: that mail in our name failed a check of our domain says nothing of who would have got it."""
    letter = post.letter_to("anna@mail.test")["Message-ID"]
    told = report("anna@mail.test", letter, kind="feedback-report")
    post.deliver(told.replace(b"Feedback-Type: abuse", b"Feedback-Type: auth-failure"))
    await post.sync()
    assert await suppressed(post) == set()
    assert not await is_paused(post)


async def test_a_no_in_another_name_declines_nothing(post: Post) -> None:
    """Defence: a decline only stops what we would send next; that somebody is out, a person says."""
    post.answer("No thanks, I am not interested.", sender="anna@mail.test")
    await post.sync()
    assert {each.ref: each.state for each in await collaborations(post.workspace)}[ANNA] == "in_conversation"
    assert await suppressed(post) == set()


async def test_our_own_address_in_from_makes_nothing_our_word(post: Post) -> None:
    """Defence: what we wrote is known by the folder it lies in. Anna knows the id of our letter, and could write for us."""
    raw = post.answer("We pay you 5000 EUR.", sender=post.account.address, to="anna@mail.test")
    await post.sync()
    [row] = await inbox.conversations(post.workspace, "is:unverified")
    said = (await inbox.conversation(post.workspace, row.id)).messages[-1]
    assert (said.direction, said.body.strip()) == ("in", "We pay you 5000 EUR.")
    assert "was delivered here" in (said.unverified or "")
    assert b"5000" in raw


@pytest.mark.parametrize(("mark", "direction"), [("", "out"), ("Delivered-To: una@rig.test\n", "in")])
async def test_where_all_mail_lies_in_one_folder_what_was_delivered_is_not_ours(
    post: Post, monkeypatch: pytest.MonkeyPatch, mark: str, direction: str
) -> None:
    """Defence: the mark that our own server puts on what it delivers."""
    listed = folders.listed

    def as_one(responses: Sequence[Response]) -> list[Folder]:
        return [each._replace(role="all" if each.shown == "All" else "other") for each in listed(responses)]

    monkeypatch.setattr(folders, "listed", as_one)
    post.answer("We pay you 5000 EUR.", sender=post.account.address, to="anna@mail.test", headers=mark, folder="All")
    await post.sync()
    rows = await post.workspace.db.all("SELECT direction FROM messages ORDER BY id DESC")
    assert rows[0]["direction"] == direction


async def test_a_letter_in_doubt_is_not_settled_by_a_copy_that_somebody_sent_us(post: Post) -> None:
    """Defence: only Sent says that a letter went; a message in the inbox with its id and our address does not."""
    letter = post.letter_to("anna@mail.test")["Message-ID"]
    async with post.workspace.db.write(post.workspace.clock()) as transaction:
        await transaction.run("UPDATE messages SET state = 'unknown' WHERE message_id = ?", (letter,))
    other = post.letter_to("ben@mail.test")["Message-ID"]
    post.deliver(
        f"From: {post.account.address}\nTo: anna@mail.test\nMessage-ID: {letter}\nIn-Reply-To: {other}\n\nHi\n".encode()
    )
    await post.sync()
    assert (await letters(post))["anna@mail.test"] == "unknown"


async def test_a_stranger_in_a_thread_is_not_taken_for_whose_it_is(post: Post) -> None:
    """Defence: who refers to our letter comes into its thread, under their own address; and gets none of our answers."""
    post.deliver(
        f"From: Anna Li <mallory@evil.test>\nReply-To: mallory@evil.test\nMessage-ID: <9@evil.test>\nSubject: Re: x\n"
        f"In-Reply-To: {post.letter_to('anna@mail.test')['Message-ID']}\n\nPlease send the money to my new bank.\n".encode()
    )
    await post.sync()
    [row] = await inbox.conversations(post.workspace, "waits:us")
    found = await inbox.conversation(post.workspace, row.id)
    assert "it comes from mallory@evil.test, which is not known to be theirs" in found.messages[-1].cautions
    assert (await inbox.reply(post.workspace, row.id, "Which bank?")).state == "sent"
    assert len(post.receiver.to("anna@mail.test")) == 2
    assert post.receiver.to("mallory@evil.test") == []


async def test_who_answers_from_their_own_address_is_not_pointed_out(post: Post) -> None:
    post.answer("Yes, gladly!", sender="Anna <ANNA+brands@mail.test>", to="anna@mail.test")
    await post.sync()
    [row] = await inbox.conversations(post.workspace, "waits:us")
    assert (await inbox.conversation(post.workspace, row.id)).messages[-1].cautions == ()


@pytest.mark.parametrize(
    "headers",
    ["Auto-Submitted: auto-replied\n", "Precedence: bulk\nX-Autoreply: yes\n", "Auto-Submitted: auto-generated\n"],
)
async def test_nothing_that_comes_in_is_answered_by_itself(post: Post, headers: str) -> None:
    """Defence against loops: two programs that answer each other. Reading a mailbox writes to nobody, whatever lies in it."""
    post.answer("I am on holiday until Monday.", to="anna@mail.test", headers=headers)
    post.answer("STOP", to="ben@mail.test")
    await post.sync()
    await sending.send_due(post.workspace)
    assert len(post.receiver.received) == 2, "the two letters that were sent before, and no answer"
    assert await outbox.listed(post.workspace.db, ("queued", "deferred")) == []
    assert ("instagram:anna", "them") in [(ref, turn) for ref, turn, _ in await post.classes()]
