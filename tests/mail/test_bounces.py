from __future__ import annotations

from pathlib import Path

import pytest
from tests.bench import incoming as bench
from tests.bench import notices as written

from influtui.mail.bounce_reasons import consequences, reason_of, reason_of_status, tables
from influtui.mail.classification import classify
from influtui.mail.parsing import parse
from influtui.model.incoming import Bounce, Classification


def report(diagnostic: str, *, status: str = "5.0.0", action: str = "failed", notice: str = "Sorry.") -> bytes:
    """A delivery status notification about a letter of ours."""
    return (
        "Return-Path: <>\r\nFrom: MAILER-DAEMON@mx.brand.test\r\nSubject: Undelivered Mail Returned to Sender\r\n"
        "Content-Type: multipart/report; report-type=delivery-status; boundary=q\r\n\r\n"
        f"--q\r\n\r\n{notice}\r\n--q\r\nContent-Type: message/delivery-status\r\n\r\n"
        "Reporting-MTA: dns; mx.brand.test\r\n\r\nFinal-Recipient: rfc822; anna@creator.test\r\n"
        f"Action: {action}\r\nStatus: {status}\r\nDiagnostic-Code: smtp; {diagnostic}\r\n\r\n"
        "--q\r\nContent-Type: message/rfc822\r\n\r\nMessage-ID: <abc@brand.test>\r\nTo: anna@creator.test\r\n"
        "Subject: Hello\r\n\r\nAnswer STOP or unsubscribe.\r\n--q--\r\n"
    ).encode()


def bounce(raw: bytes) -> Bounce:
    found = classify(parse(raw))
    assert found.kind == "bounce"
    assert found.bounce is not None
    return found.bounce


def test_the_labelled_notices_are_recognised_and_their_reasons_right(samples: Path) -> None:
    count, seen, right = bench.bounces(samples / "mail")
    assert count > 250
    assert seen / count >= 0.98
    assert right / count >= 0.95


def test_what_people_write_to_each_other_is_no_bounce(samples: Path) -> None:
    count, wrong = bench.false_alarms(samples / "mail")
    assert count > 100
    assert not wrong


def test_of_labelled_answers_no_text_is_missing(samples: Path) -> None:
    count, exact, _, missing = bench.quotations(samples / "mail")
    assert missing == 0
    assert exact / count >= 0.9


@pytest.mark.parametrize(
    ("diagnostic", "reason", "suppress", "pause", "retry"),
    [
        ("550 5.1.1 <anna@creator.test>: Recipient address rejected: User unknown", "userunknown", True, False, False),
        ("550 No such user here", "userunknown", True, False, False),
        ("550 5.1.2 Host or domain name not found", "hostunknown", True, False, False),
        ("556 5.1.10 Recipient address has null MX", "notaccept", True, False, False),
        ("551 5.1.6 Mailbox has moved", "hasmoved", True, False, False),
        ("552 5.2.2 The email account is over quota", "mailboxfull", False, False, True),
        ("550 5.7.26 This mail is unauthenticated, SPF and DKIM did not pass", "authfailure", False, True, False),
        ("554 5.7.1 Service unavailable; client host [192.0.2.1] blocked using zen", "blocked", False, True, False),
        ("550 5.7.1 Our system has detected that this message is likely unsolicited mail", "spamdetected", False, True, False),
        ("550 5.7.25 The IP address does not have a PTR record", "requireptr", False, True, False),
        ("421 4.7.28 Our system has detected an unusual rate of mail", "speeding", False, True, True),
        ("550 5.7.1 rejected for policy reasons", "policyviolation", False, True, False),
        ("421 4.4.1 connection timed out", "expired", False, False, True),
        ("552 5.3.4 Message size exceeds fixed limit", "mesgtoobig", False, False, False),
    ],
)  # fmt: skip
def test_a_reason_asks_for_what_fits_it_and_not_for_what_its_code_suggests(
    diagnostic: str, reason: str, suppress: bool, pause: bool, retry: bool
) -> None:
    found = bounce(report(diagnostic))
    assert (found.reason, found.suppress, found.pause_sender, found.retry) == (reason, suppress, pause, retry)
    assert (found.recipient, found.original_message_id) == ("anna@creator.test", "<abc@brand.test>")


def test_an_address_is_not_given_up_for_a_failure_that_may_pass() -> None:
    assert not bounce(report("450 4.1.1 User unknown in local table", status="4.1.1")).suppress
    assert not bounce(report("User unknown", status="4.4.7", action="delayed")).suppress


def test_a_report_that_all_went_well_is_no_bounce() -> None:
    found = classify(parse(report("250 2.0.0 Ok", status="2.0.0", action="delivered")))
    assert (found.kind, found.bounce is not None and found.bounce.reason) == ("auto_reply", "delivered")


def test_the_text_beside_a_poor_report_says_more() -> None:
    notice = "<anna@creator.test>: host mx.creator.test said: 550 5.1.1 no such user (in reply to RCPT TO command)"
    assert bounce(report("", notice=notice)).reason == "userunknown"


@pytest.mark.parametrize(
    "text",
    [
        "Hi. This is the qmail-send program at x.test.\nI'm afraid I wasn't able to deliver your message.\n\n"
        "<anna@creator.test>:\nSorry, no mailbox here by that name. (#5.1.1)\n\n"
        "--- Below this line is a copy of the message.\n\nMessage-ID: <abc@brand.test>\nTo: anna@creator.test\n",
        "This message was created automatically by mail delivery software.\n\nThe following address(es) failed:\n\n"
        "  anna@creator.test\n    host mx.creator.test: 550 5.1.1 unknown user\n\n"
        "------ This is a copy of the message, including all the headers. ------\n\nMessage-ID: <abc@brand.test>\n",
        "Delivery to the following recipient failed permanently:\n\n     anna@creator.test\n\nTechnical details:\n"
        "550 5.1.1 The email account that you tried to reach does not exist.\n\n----- Original message -----\n\n"
        "Message-ID: <abc@brand.test>\n",
    ],
)
def test_a_notice_without_a_report_is_read_as_well(text: str) -> None:
    found = bounce(f"From: MAILER-DAEMON@x.test\nTo: jo@brand.test\nSubject: failure notice\n\n{text}".encode())
    assert (found.recipient, found.reason, found.original_message_id) == (
        "anna@creator.test", "userunknown", "<abc@brand.test>",
    )  # fmt: skip


COMPLAINT = (
    "From: staff@provider.test\r\nSubject: Abuse report\r\n"
    "Content-Type: multipart/report; report-type=feedback-report; boundary=q\r\n\r\n--q\r\n\r\nSpam.\r\n"
    "--q\r\nContent-Type: message/feedback-report\r\n\r\nFeedback-Type: {kind}\r\nVersion: 1\r\n"
    "Original-Rcpt-To: anna@creator.test\r\n\r\n"
    "--q\r\nContent-Type: message/rfc822\r\n\r\nMessage-ID: <abc@brand.test>\r\n\r\nHello\r\n--q--\r\n"
)


def test_a_complaint_comes_first_and_ends_all_writing_to_its_address() -> None:
    found = classify(parse(COMPLAINT.format(kind="abuse").encode()))
    assert found.kind == "complaint"
    assert found.bounce is not None
    assert (found.bounce.recipient, found.bounce.original_message_id) == ("anna@creator.test", "<abc@brand.test>")
    assert found.bounce.suppress


def test_a_report_about_forged_mail_is_no_complaint() -> None:
    found = classify(parse(COMPLAINT.format(kind="auth-failure").encode()))
    assert found.kind != "complaint"
    assert found.bounce is not None
    assert not found.bounce.suppress


@pytest.mark.parametrize(
    ("subject", "body"),
    [
        ("Re: Undeliverable: Hello", "Your mail bounced the first time, could not be delivered to me. Yes please!"),
        ("Fwd: Delivery failed", "Look what I got when I wrote to you. Is the address wrong?"),
        ("Parcel", "The parcel was returned to sender: delivery failed twice, mailbox full. Sorry!"),
    ],
)
def test_a_person_who_speaks_of_failures_is_not_a_bounce(subject: str, body: str) -> None:
    raw = f"From: Anna <anna@creator.test>\nReturn-Path: <anna@creator.test>\nSubject: {subject}\n\n{body}".encode()
    assert classify(parse(raw)).kind not in ("bounce", "complaint")


def test_every_reason_has_a_sentence() -> None:
    assert set(tables().sentence) >= set(tables().status.values())
    for reason in tables().sentence:
        consequences(reason)


def test_words_decide_before_codes() -> None:
    assert reason_of("550 5.1.1 mailbox is full") == "mailboxfull"
    assert reason_of("550 5.1.1 xyzzy") == "userunknown"
    assert reason_of_status("5.7.1") == "securityerror"
    assert reason_of_status(None) is None


def test_amazon_says_the_same_as_json() -> None:
    body = (
        '{"notificationType":"Bounce","bounce":{"bounceType":"Permanent","bouncedRecipients":[{"emailAddress":'
        '"anna@creator.test","action":"failed","status":"5.1.1","diagnosticCode":"smtp; 550 5.1.1 user unknown"}]},'
        '"mail":{"messageId":"0101-x"}}\n--\nIf you wish to stop receiving'
    )
    found: Classification = classify(parse(f"From: no-reply@sns.test\nSubject: AWS\n\n{body}".encode()))
    assert (found.kind, found.bounce and found.bounce.reason) == ("bounce", "userunknown")


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        ("452 4.2.2 The email account that you tried to reach is over quota", "mailboxfull"),
        ("550 5.4.5 Daily user sending quota exceeded", "speeding"),
        ("550 5.2.1 The email account that you tried to reach is inactive", "suspend"),
        ("553 5.1.8 Domain of sender address x@y.test does not exist", "rejected"),
        ("550 5.7.1 Mail from 192.0.2.1 was rejected due to listing in RBL", "blocked"),
        ("450 4.7.1 Client host rejected: cannot find your reverse hostname", "requireptr"),
        ("421 Too many concurrent SMTP connections", "toomanyconn"),
        ("530 5.7.0 Must issue a STARTTLS command first", "securityerror"),
        ("451 4.3.0 Temporary lookup failure", "systemerror"),
        ("452 4.3.1 Insufficient system storage", "systemfull"),
        ("450 4.7.1 Greylisting in action, please come back later", "expired"),
        ("5.4.6 mail for y.test loops back to myself", "systemerror"),
        ("Command died with status 9: /usr/bin/procmail", "mailererror"),
        ("554 5.6.1 Body type not supported by Remote Host", "contenterror"),
        ("502 5.5.2 Error: command not recognized", "syntaxerror"),
        ("552 5.2.3 message length exceeds administrative limit", "exceedlimit"),
        ("550-5.7.26 Unauthenticated email from y.test is not accepted due to\n550-5.7.26 domain's DMARC policy", "authfailure"),
        ("5.1.0 - Unknown address error 550-'5.7.1 <x@y.test>... Access denied'", "securityerror"),
        ("see https://y.test/mailbox-full <mailboxfull@y.test>", None),
    ],
)  # fmt: skip
def test_the_usual_wordings_mean_what_they_say(words: str, reason: str | None) -> None:
    assert reason_of(words) == reason


@pytest.mark.parametrize("file", ["answers_of_servers.tsv", "answers_collected.tsv"])
def test_what_servers_answer_is_understood_in_the_notices_of_all_kinds_of_systems(file: str) -> None:
    told = bench.told(file, held_back=True, step=3)
    assert told.right / told.notices >= 0.9
    assert len(set(told.wrongly_dead)) <= 2


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        (
            "192.0.2.1 does not like sender.\nConnected to 192.0.2.1 but sender was rejected.\n"
            "Remote host said: 530 5.7.0 Authentication required",
            "securityerror",
        ),
        ("192.0.2.1 does not like recipient.\nRemote host said: 554 5.4.6 Too many hops 26 (25 max)", "networkerror"),
        (
            "192.0.2.1 failed after I sent the message.\nRemote host said: 550 spam not wanted here\nGiving up on 192.0.2.1.",
            "spamdetected",
        ),
        (
            "Connected to 192.0.2.1 but my name was rejected.\nRemote host said: 501 Invalid domain name\n"
            "I'm not going to try again; this message has been in the queue too long.",
            "blocked",
        ),
    ],
)  # fmt: skip
def test_what_the_server_said_comes_before_what_the_mail_system_says_of_it(said: str, reason: str) -> None:
    text = f"Hi. This is the qmail-send program.\nThis is a permanent error; I've given up.\n\n<anna@creator.test>:\n{said}\n"
    assert bounce(f"From: MAILER-DAEMON@x.test\nSubject: failure notice\n\n{text}".encode()).reason == reason


@pytest.mark.parametrize(
    ("diagnostic", "status", "reason"),
    [
        ("421 4.1.0 Throttled, too many sessions from 192.0.2.1", "4.1.0", "speeding"),
        ("550 5.2.1 Account closed, please remove", "5.2.1", "suspend"),
        ("452 4.2.1 mailbox temporarily disabled", "4.2.1", "suspend"),
        ("550 5.1.1 Message is spam, go elsewhere", "5.1.1", "spamdetected"),
    ],
)
def test_a_code_counts_only_where_the_words_say_nothing(diagnostic: str, status: str, reason: str) -> None:
    assert bounce(report(diagnostic, status=status)).reason == reason
    assert bounce(report("550 Computer says hm", status="5.1.1")).reason == "userunknown"


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        ("550 our customer base does not know this recipient, unable to find him", "userunknown"),
        ("550 el buzón del destinatario está lleno", "mailboxfull"),
        ("550 the conto of this utente is bloccato", "suspend"),
        ("550 the mailfrom could not be verified", "rejected"),
        ("550 your server is in our ban list", "blocked"),
    ],
)
def test_an_answer_in_unknown_words_is_told_by_its_topic(words: str, reason: str) -> None:
    assert reason_of(words) == reason


def test_the_topic_is_not_guessed_from_what_a_system_writes_around_an_answer() -> None:
    around = "We know of no maintenance. The mailbox of our postmaster is always there and never closed."
    assert reason_of(around) is not None
    assert reason_of(around, is_answer=False) is None


def test_notices_without_a_report_are_known_in_many_languages_and_nothing_else_is_one() -> None:
    missed, alarms, nameless = [], [], []
    for letter in written.letters():
        found = classify(parse(letter.mail))
        if (found.kind == "bounce") != letter.is_notice:
            (missed if letter.is_notice else alarms).append(letter.subject)
        elif found.bounce is not None and found.bounce.recipient != "kim@creator.test":
            nameless.append(letter.subject)
    assert (missed, alarms, nameless) == ([], [], [])


@pytest.mark.parametrize(
    "text",
    [
        "Could not be delivered because of\n\n550 5.7.1 Relay access denied\n\nThese recipients were affected:\n    {to}\n",
        "We had trouble delivering your message.\n\nIt responded as follows to <{to}>: [554 relaying denied]\n",
        "Failed to deliver to '{to}'\nmx.creator.test says:\n 550 unable to relay for {to}\n\nTo: {to}\nSubject: Hello\n",
    ],
)
def test_the_answer_is_found_wherever_an_unknown_system_puts_it(text: str) -> None:
    head = "From: MAILER-DAEMON@x.test\nTo: jo@brand.test\nSubject: Undeliverable mail\n\n"
    found = bounce((head + text.format(to="anna@creator.test")).encode())
    assert (found.recipient, found.reason) == ("anna@creator.test", "norelaying")


def test_what_is_said_of_the_sender_says_nothing_of_the_recipient() -> None:
    for words in ("550 Domain of sender address does not exist", "550 sender verify failed: no such user here"):
        assert reason_of(words) == "rejected"


def test_somebody_who_complains_of_a_message_is_no_report_of_a_provider() -> None:
    head = "From: Kim <kim@creator.test>\n"
    assert (
        classify(parse(f"{head}Subject: Complaint about message from Monday\n\nIt was rude.".encode())).kind
        != "complaint"
    )
    report = f"{head}Subject: complaint about message from 192.0.2.1\n\n".encode()
    assert classify(parse(report)).kind == "complaint"
