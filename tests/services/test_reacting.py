"""What follows from a message that came in: through a real mailbox, to the person, the letter, the sequence and the mailbox."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from posts import Post

from influtui.model.creators import parse_ref
from influtui.model.failures import NotFound
from influtui.services import inbox, upkeep
from influtui.services.campaign import today
from influtui.services.campaign.collaborations import collaborations
from influtui.services.incoming import assigning, classifying, saving
from influtui.services.outgoing import enrolling, suppressing
from influtui.services.workspace import Workspace
from influtui.store import pauses, received

HARD = "550 5.1.1 <anna@mail.test>: Recipient address rejected: User unknown"
FULL = "452 4.2.2 The email account that you tried to reach is over quota"
POLICY = "550 5.7.1 Message rejected: sender IP address is blocked by our blocklist"


def report(post: Post, reason: str, *, to: str = "anna@mail.test", names_the_letter: bool = True) -> bytes:
    """A delivery report as Postfix writes it."""
    status = reason.split()[1]
    letter = post.letter_to(to)
    original = f"Message-ID: {letter['Message-ID']}\nSubject: {letter['Subject']}\n" if names_the_letter else "X: y\n"
    return (
        f"Return-Path: <>\nFrom: MAILER-DAEMON@mx.test (Mail Delivery System)\nTo: {post.account.address}\n"
        "Subject: Undelivered Mail Returned to Sender\nAuto-Submitted: auto-replied\nMIME-Version: 1.0\n"
        'Content-Type: multipart/report; report-type=delivery-status; boundary="b"\n\n'
        f"--b\nContent-Type: text/plain\n\nYour message could not be delivered.\n\n<{to}>: host mx.mail.test said: {reason}\n\n"
        "--b\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; mx.test\n\n"
        f"Final-Recipient: rfc822; {to}\nAction: failed\nStatus: {status}\nDiagnostic-Code: smtp; {reason}\n\n"
        f"--b\nContent-Type: text/rfc822-headers\n\n{original}From: {post.account.address}\nTo: {to}\n\n--b--\n"
    ).encode()


def complaint(post: Post, *, to: str = "anna@mail.test") -> bytes:
    letter = post.letter_to(to)
    return (
        f"From: feedback@provider.test\nTo: {post.account.address}\nSubject: complaint\nMIME-Version: 1.0\n"
        'Content-Type: multipart/report; report-type=feedback-report; boundary="b"\n\n'
        "--b\nContent-Type: text/plain\n\nThis is an abuse report.\n\n"
        "--b\nContent-Type: message/feedback-report\n\nFeedback-Type: abuse\nUser-Agent: x/1\nVersion: 1\n"
        f"Original-Rcpt-To: {to}\n\n"
        f"--b\nContent-Type: message/rfc822\n\nMessage-ID: {letter['Message-ID']}\nTo: {to}\nSubject: x\n\nHello\n\n--b--\n"
    ).encode()


async def state_of_letter(post: Post, to: str = "anna@mail.test") -> str:
    found = await received.by_ids(post.workspace.db, [post.letter_to(to)["Message-ID"]])
    return next(iter(found.values())).state


async def suppressed(post: Post, who: str = "instagram:anna") -> str | None:
    return (await suppressing.standing(post.workspace, [who]))[0].reason


async def stages(post: Post) -> dict[str | None, str]:
    return {each.ref: each.state for each in await collaborations(post.workspace)}


async def test_a_letter_to_nobody_is_noted_and_its_address_not_written_to_again(post: Post) -> None:
    post.deliver(report(post, HARD))
    done = await post.sync()
    assert (done.kinds, done.suppressed, done.to_confirm) == ({"bounce": 1}, 1, 0)
    assert (await state_of_letter(post), await suppressed(post, "anna@mail.test")) == ("failed", "bounced")
    assert ("instagram:anna", "nobody", "bounce") in await post.classes()
    assert (await stages(post))["instagram:anna"] != "in_conversation"


async def test_a_letter_that_came_back_waits_as_refused_and_for_no_answer(post: Post) -> None:
    post.deliver(report(post, HARD))
    await post.sync()
    [refused] = await today.today(post.workspace, "kind:refused,reply")
    assert (refused.kind, refused.ref) == ("refused", "instagram:anna")
    assert (refused.detail or "").count("5.1.1") == 1


async def test_a_full_mailbox_suppresses_nobody(post: Post) -> None:
    post.deliver(report(post, FULL))
    await post.sync()
    assert (await state_of_letter(post), await suppressed(post)) == ("sent", None)


@pytest.mark.parametrize(("reason", "state"), [(FULL, "paused"), (HARD, "stopped")])
async def test_a_full_mailbox_holds_a_sequence_and_a_dead_address_ends_it(post: Post, reason: str, state: str) -> None:
    [anna] = [each for each in await collaborations(post.workspace) if each.ref == "instagram:anna"]
    async with post.workspace.change("test", "enrolled") as unit:
        await unit.insert(
            "enrolments",
            {
                "collaboration_id": anna.id, "sequence": "soft", "account": post.account.address, "state": "running",
                "enrolled_at": unit.at, "enrolled_by": "test", "expires_at": unit.at + 30 * 86_400_000,
            },
        )  # fmt: skip
    post.deliver(report(post, reason))
    await post.sync()
    [row] = await enrolling.enrolments(post.workspace)
    assert (row.state, row.why) == (state, "a letter came back for now" if state == "paused" else "a letter bounced")
    assert row.until == ("2026-11-27T12:00:00Z" if state == "paused" else None)


async def test_a_provider_that_refuses_our_mail_pauses_the_mailbox_and_not_the_person(post: Post) -> None:
    post.deliver(report(post, POLICY))
    await post.sync()
    going = await pauses.going(post.workspace.db, post.account.address)
    assert going is not None
    assert "blocklist" in going["why"]
    assert (await state_of_letter(post), await suppressed(post)) == ("failed", None)


async def test_a_report_that_names_no_letter_of_ours_changes_nothing_until_somebody_confirms_it(post: Post) -> None:
    post.deliver(report(post, HARD, names_the_letter=False))
    done = await post.sync()
    assert (done.kept, done.to_confirm, done.suppressed) == (1, 1, 0)
    assert (await state_of_letter(post), await suppressed(post)) == ("sent", None)
    [row] = await inbox.conversations(post.workspace, "is:unconfirmed")
    assert row.ref == "instagram:anna"


async def test_a_report_about_private_mail_is_left_alone(post: Post) -> None:
    raw = report(post, HARD, names_the_letter=False).replace(b"anna@mail.test", b"mum@family.test")
    post.deliver(raw)
    assert (await post.sync()).kept == 0


async def test_who_complains_is_never_written_to_again(post: Post) -> None:
    post.deliver(complaint(post))
    done = await post.sync()
    assert done.kinds == {"complaint": 1}
    assert await suppressed(post) == "complained"
    assert (await stages(post))["instagram:anna"] == "opted_out"
    assert ("instagram:anna", "nobody", "complaint") in await post.classes()


async def test_who_asks_to_stop_is_never_written_to_again(post: Post) -> None:
    post.answer("STOP", to="anna@mail.test")
    done = await post.sync()
    assert (done.kinds, done.to_confirm) == ({"unsubscribe": 1}, 0)
    assert await suppressed(post) == "opted_out"
    assert (await stages(post))["instagram:anna"] == "opted_out"


@pytest.mark.parametrize("verdict", ["spf=fail smtp.mailfrom=evil.test; dmarc=fail", "no reference"])
async def test_nobody_can_be_unsubscribed_by_somebody_else(post: Post, verdict: str) -> None:
    async with post.workspace.db.write(post.workspace.clock()) as transaction:
        await received.learn(transaction, post.account.address, files_sent=True, authserv_id="mx.rig.test")
    if verdict == "no reference":
        post.answer("STOP")
    else:
        post.answer("STOP", to="anna@mail.test", headers=f"Authentication-Results: mx.rig.test; {verdict}\n")
    done = await post.sync()
    assert (done.kinds, done.to_confirm, done.suppressed) == ({"unsubscribe": 1}, 1, 0)
    assert await suppressed(post) is None
    [row] = await inbox.conversations(post.workspace, "is:unconfirmed")
    await classifying.classify_as(post.workspace, row.id, "unsubscribe")
    assert await suppressed(post) == "opted_out"
    assert await inbox.conversations(post.workspace, "is:unconfirmed") == []


async def test_an_automatic_answer_is_no_answer(post: Post) -> None:
    post.answer("I am away until 30 November 2026.", to="anna@mail.test", headers="Auto-Submitted: auto-replied\n")
    await post.sync()
    assert ("instagram:anna", "them", "auto_reply") in await post.classes()
    assert (await stages(post))["instagram:anna"] == "contacted"


async def test_a_correction_counts_teaches_and_can_be_taken_back(post: Post) -> None:
    post.answer("Please see the rates on my page, dear brand", to="anna@mail.test")
    await post.sync()
    [row] = await inbox.conversations(post.workspace, "waits:us")
    done = await classifying.classify_as(post.workspace, row.id, "auto_reply")
    assert done.learned is not None
    post.answer("Please see the rates on my page, dear brand", to="anna@mail.test", headers="X: 2\n")
    assert (await post.sync()).kinds == {"auto_reply": 1}
    await upkeep.undo(post.workspace)
    assert await received.rules(post.workspace.db) == []
    [kept] = [each for each in (await inbox.conversation(post.workspace, row.id)).messages if each.id == done.message]
    assert kept.kind == done.before


async def test_a_pasted_direct_message_is_judged_like_mail(post: Post) -> None:
    await inbox.log_answer(post.workspace, parse_ref("instagram:cleo"), "Sorry, I have to pass on this one.")
    await inbox.log_answer(post.workspace, parse_ref("instagram:ben"), "unsubscribe", channel="email")
    found = {row.ref: (row.kind, row.marks) for row in await inbox.conversations(post.workspace, "waits:us")}
    assert found == {"instagram:cleo": ("declined", ()), "instagram:ben": ("unsubscribe", ("unconfirmed",))}
    assert await suppressed(post, "instagram:ben") is None


async def test_what_is_odd_in_a_sender_is_said(post: Post) -> None:
    post.answer(
        "Pay here", to="anna@mail.test", sender='"anna@mail.test" <anna@rnail.test>', headers="Reply-To: x@evil.test\n"
    )
    await post.sync()
    [row] = await inbox.conversations(post.workspace, "waits:us")
    said = " ".join((await inbox.conversation(post.workspace, row.id)).messages[-1].cautions)
    assert "rnail.test" in said
    assert "evil.test" in said


async def test_a_conversation_of_nobody_known_can_be_given_to_somebody_and_taken_back(post: Post) -> None:
    subject = post.letter_to("anna@mail.test")["Subject"]
    post.deliver(
        f"From: m@agency.test\nSubject: Re: {subject}\nMessage-ID: <m@agency.test>\n\nShe says yes!\n".encode()
    )
    await post.sync()
    [row] = await inbox.conversations(post.workspace, "is:unmatched")
    given = await assigning.assign(post.workspace, row.id, parse_ref("instagram:anna"))
    assert (given.ref, given.campaign, given.marks) == ("instagram:anna", "SPRING", ())
    assert (await stages(post))["instagram:anna"] == "in_conversation"
    assert await post.workspace.db.all("SELECT 1 FROM persons WHERE id = ?", (row.person,)) == []
    await upkeep.undo(post.workspace)
    assert [each.id for each in await inbox.conversations(post.workspace, "is:unmatched")] == [row.id]
    assert (await stages(post))["instagram:anna"] == "contacted"


@pytest.fixture
def attached(post: Post) -> Post:
    """A mail with a file of 2 MB whose name wants to go elsewhere."""
    letter = post.letter_to("anna@mail.test")
    body = "QUJD" * 500_000
    lines = "\n".join(body[at : at + 76] for at in range(0, len(body), 76))
    post.deliver(
        (
            f"From: anna@mail.test\nTo: {post.account.address}\nSubject: Re: x\nMessage-ID: <big@mail.test>\n"
            f"In-Reply-To: {letter['Message-ID']}\nMIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=b\n\n"
            "--b\nContent-Type: text/plain\n\nHere are my rates.\n\n--b\nContent-Type: application/pdf\n"
            'Content-Disposition: attachment; filename="../../rates.pdf"\nContent-Transfer-Encoding: base64\n\n'
            f"{lines}\n--b--\n"
        ).encode()
    )
    return post


async def test_a_large_attachment_is_fetched_when_it_is_wanted(
    attached: Post, workspace: Workspace, tmp_path: Path
) -> None:
    await attached.sync()
    [row] = await inbox.conversations(workspace, "waits:us")
    [source] = await workspace.db.all("SELECT whole, length(raw) AS held FROM received")
    assert not source["whole"]
    attached.server.forget_uids(attached.account.address)
    [first] = await saving.save(workspace, row.id)
    [second] = await saving.save(workspace, row.id, ["1"])
    assert (Path(first.file).name, Path(second.file).name, first.size) == ("rates.pdf", "rates-2.pdf", 1_500_000)
    assert Path(first.file).parent == workspace.folder / "attachments" / str(row.id)
    assert Path(first.file).stat().st_mode & 0o777 == 0o600
    with pytest.raises(NotFound, match="no attachment"):
        await saving.save(workspace, row.id, ["other.pdf"])


async def test_no_attachment_is_written_through_a_link(attached: Post, workspace: Workspace, tmp_path: Path) -> None:
    await attached.sync()
    [row] = await inbox.conversations(workspace, "waits:us")
    victim = tmp_path / "victim"
    folder = tmp_path / "to"
    folder.mkdir()
    (folder / "rates.pdf").symlink_to(victim)
    [saved] = await saving.save(workspace, row.id, to=folder)
    assert (Path(saved.file).name, victim.exists()) == ("rates-2.pdf", False)


async def test_forgetting_somebody_takes_what_came_in_with_them(post: Post) -> None:
    from influtui.services.people import forgetting

    post.answer("My secret is a pomegranate", to="anna@mail.test")
    await post.sync()
    await forgetting.forget(post.workspace, parse_ref("instagram:anna"))
    assert await post.workspace.db.all("SELECT 1 FROM received") == []
    assert await inbox.conversations(post.workspace, "pomegranate") == []
    post.answer("It is me again", to="anna@mail.test")
    done: Any = await post.sync(everything=True)
    assert done.kept == 0
    assert b"pomegranate" not in post.workspace.db.path.read_bytes()
