"""Notices as mail systems write them about one answer of a server: what tells whether reasons are found beyond known samples.

The answers, with the reasons that the providers' own pages give for them, are in `labelled/answers_of_servers.tsv`; the forms of
the notices follow the documentation of Postfix, Exim, Sendmail, qmail, Gmail, Exchange, Courier and OpenSMTPD. Everybody in them
is invented.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final, NamedTuple

FOLDER: Final = Path(__file__).parent / "labelled"
RECIPIENT: Final = "kim.test@firm.test"
SENDER: Final = "news@brand.test"

_COMMANDS: Final = {
    "conn": "", "ehlo": "EHLO", "helo": "HELO", "mail": "MAIL FROM", "rcpt": "RCPT TO", "data": "end of DATA",
}  # fmt: skip


class Answer(NamedTuple):
    """What a server answered, and what that means."""

    provider: str
    command: str
    words: str
    reasons: frozenset[str]

    @property
    def is_servers(self) -> bool:
        """Whether a server said it, and not the sender's own system."""
        return self.words[:1].isdigit()

    @property
    def is_held_back(self) -> bool:
        """Whether it is of the half that rules are not written from."""
        return bool(zlib.crc32(self.words.encode()) & 1)


def answers(file: str = "answers_of_servers.tsv") -> Iterator[Answer]:
    """All that are in a file, in its order."""
    for line in (FOLDER / file).read_text("utf-8").splitlines():
        if line and not line.startswith("#"):
            provider, command, words, reasons = line.split("\t")
            yield Answer(provider, command, words, frozenset(reasons.split("|")))


def notices(answer: Answer) -> Iterator[tuple[str, bytes]]:
    """The name of each form of notice, and the notice about `answer` in it."""
    forms = _FORMS if answer.is_servers else _FORMS[:2]
    for form in forms:
        yield form.__name__.strip("_"), form(answer).replace("\n", "\r\n").encode()
    if answer.is_servers and answer.command != "conn":
        for name, text in _TEXTS.items():
            yield name, _one_part(text, answer).replace("\n", "\r\n").encode()


class Letter(NamedTuple):
    """A letter that is a notice of a mail system, or only speaks of such things."""

    is_notice: bool
    subject: str
    mail: bytes


def letters(file: str = "notices_of_systems.tsv") -> Iterator[Letter]:
    """All that are in a file, in its order."""
    for line in (FOLDER / file).read_text("utf-8").splitlines():
        if line and not line.startswith("#"):
            kind, sender, subject, headers, text = line.split("\t")
            more = "".join(f"{each}\r\n" for each in headers.split(";") if each)
            mail = (
                f"{more}From: {sender}\r\nTo: {SENDER}\r\nSubject: {subject}\r\nDate: Mon, 2 Nov 2026 10:00:00 +0000\r\n"
                "Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n"
            )
            yield Letter(kind == "bounce", subject, mail.encode() + text.replace("\\n", "\r\n").encode())


def _status(words: str) -> str:
    found = re.search(r"\b([45]\.\d{1,3}\.\d{1,3})\b", words)
    return found[1] if found else ("4.0.0" if words.startswith("4") else "5.0.0")


def _host(answer: Answer) -> str:
    found = re.search(r"\b(?:mail|mx\w*)\.[\w.-]+\.\w+", answer.words)
    return found[0] if found else "mx1.firm.test"


def _recipient(answer: Answer) -> str:
    found = re.search(r"[\w.]+@[\w-]+\.[\w.]*\w", answer.words)
    return found[0] if found and not found[0].startswith(("abuse", "delist", "tobr", "news")) else RECIPIENT


def _postfix(answer: Answer) -> str:
    said = answer.words
    if answer.is_servers:
        command = _COMMANDS[answer.command]
        reply = f" (in reply to {command} command)" if command else ""
        said = f"host {_host(answer)}[192.0.2.44] said: {answer.words}{reply}"
        if not command:
            said = f"host {_host(answer)}[192.0.2.44] refused to talk to me: {answer.words}"
    return _report(
        "MAILER-DAEMON@mail.brand.test (Mail Delivery System)",
        "Undelivered Mail Returned to Sender",
        "This is the mail system at host mail.brand.test.\n\nI'm sorry to have to inform you that your message could not\n"
        f"be delivered to one or more recipients. It's attached below.\n\n<{_recipient(answer)}>: {said}\n",
        f"Final-Recipient: rfc822; {_recipient(answer)}\nAction: failed\nStatus: {_status(answer.words)}\n"
        + (f"Remote-MTA: dns; {_host(answer)}\n" if answer.is_servers else "")
        + f"Diagnostic-Code: {'smtp' if answer.is_servers else 'X-Postfix'}; {answer.words}\n",
    )


def _exim(answer: Answer) -> str:
    said = f"    {answer.words}\n"
    if answer.is_servers:
        command = {"conn": "initial connection", "data": "end of data"}.get(
            answer.command, f"{_COMMANDS[answer.command]}:<{_recipient(answer)}>"
        )
        said = (
            f"    host {_host(answer)} [192.0.2.44]\n    SMTP error from remote mail server after {command}:\n"
            f"    {answer.words}\n"
        )
    return (
        "Return-Path: <>\nX-Failed-Recipients: " + _recipient(answer) + "\nAuto-Submitted: auto-replied\n"
        "From: Mail Delivery System <Mailer-Daemon@mail.brand.test>\nTo: " + SENDER + "\n"
        "Subject: Mail delivery failed: returning message to sender\n\n"
        "This message was created automatically by mail delivery software.\n\nA message that you sent could "
        "not be delivered to "
        "one or more of its\nrecipients. This is a permanent error. The following address(es) failed:\n\n"
        f"  {_recipient(answer)}\n{said}\n"
        f"------ This is a copy of the message, including all the headers. ------\n\n{_ORIGINAL}"
    )


def _sendmail(answer: Answer) -> str:
    command = {"conn": "", "data": "DATA", "mail": f"MAIL From:<{SENDER}>", "ehlo": "EHLO mail.brand.test"}.get(
        answer.command, f"RCPT To:<{_recipient(answer)}>"
    )
    return _report(
        "Mail Delivery Subsystem <MAILER-DAEMON@mail.brand.test>",
        "Returned mail: see transcript for details",
        "The original message was received at Mon, 2 Nov 2026 10:00:00 GMT\nfrom localhost\n\n"
        f"   ----- The following addresses had permanent fatal errors -----\n<{_recipient(answer)}>\n"
        f"    (reason: {answer.words[:120]})\n\n   ----- Transcript of session follows -----\n"
        f"... while talking to {_host(answer)}.:\n"
        + (f">>> {command}\n" if command else "")
        + f"<<< {answer.words}\n554 5.0.0 Service unavailable\n",
        f"Final-Recipient: RFC822; {_recipient(answer)}\nAction: failed\nStatus: {_status(answer.words)}\n"
        f"Remote-MTA: DNS; {_host(answer)}\nDiagnostic-Code: SMTP; {answer.words}\n",
    )


def _qmail(answer: Answer) -> str:
    said = {
        "conn": "Connected to 192.0.2.44 but greeting failed.\nRemote host said: ",
        "ehlo": "Connected to 192.0.2.44 but my name was rejected.\nRemote host said: ",
        "mail": "192.0.2.44 does not like sender.\nConnected to 192.0.2.44 but sender was rejected.\nRemote host said: ",
        "rcpt": "192.0.2.44 does not like recipient.\nRemote host said: ",
        "data": "192.0.2.44 failed after I sent the message.\nRemote host said: ",
    }[answer.command]
    return (
        f"Return-Path: <>\nFrom: MAILER-DAEMON@mail.brand.test\nTo: {SENDER}\nSubject: failure notice\n\n"
        "Hi. This is the qmail-send program at mail.brand.test.\n"
        "I'm afraid I wasn't able to deliver your message to the following addresses.\n"
        f"This is a permanent error; I've given up. Sorry it didn't work out.\n\n<{_recipient(answer)}>:\n{said}"
        f"{answer.words}\nGiving up on 192.0.2.44.\n\n--- Below this line is a copy of the message.\n\n{_ORIGINAL}"
    )


def _gmail(answer: Answer) -> str:
    return _report(
        "Mail Delivery Subsystem <mailer-daemon@googlemail.com>",
        "Delivery Status Notification (Failure)",
        f"** Message not delivered **\n\nYour message couldn't be delivered to {_recipient(answer)}. "
        f"See the technical details below.\n\nThe response from the remote server was:\n{answer.words}\n",
        f"Final-Recipient: rfc822; {_recipient(answer)}\nAction: failed\nStatus: {_status(answer.words)}\n"
        f"Remote-MTA: dns; {_host(answer)}. (192.0.2.44, the server for the domain firm.test.)\n"
        f"Diagnostic-Code: smtp; {answer.words}\n",
    )


def _exchange(answer: Answer) -> str:
    """In German: the words for people differ by language, those for machines do not."""
    return _report(
        "Microsoft Outlook <MicrosoftExchange329e71ec88ae4615bbc36ab6ce41109e@brand.test>",
        "Unzustellbar: Eine Idee",
        f"{_host(answer)} hat Ihre Nachricht an die folgenden E-Mail-Adressen abgelehnt:\n\n{_recipient(answer)}\n\n"
        f"{_host(answer)} gab folgenden Fehler aus:\n{answer.words}\n\nDiagnoseinformationen für Administratoren:\n\n"
        f"Generierender Server: mail.brand.test\n\n{_recipient(answer)}\n{_host(answer)}\n"
        f"Remote Server returned '{answer.words}'\n",
        f"Final-Recipient: rfc822;{_recipient(answer)}\nAction: failed\nStatus: {_status(answer.words)}\n"
        f"Diagnostic-Code: smtp;{answer.words}\nRemote-MTA: dns;{_host(answer)}\n",
    )


def _courier(answer: Answer) -> str:
    return _report(
        '"Courier mail server at mail.brand.test" <@>',
        "NOTICE: mail delivery status.",
        "This is a delivery status notification from mail.brand.test,\nrunning the Courier mail server.\n\n"
        f"The original message was received on Mon, 2 Nov 2026 10:00:00 +0000\n\nUNDELIVERABLE MAIL\n\n"
        f"Your message to the following recipients cannot be delivered:\n\n<{_recipient(answer)}>:\n"
        f"    {_host(answer)} [192.0.2.44]:\n"
        + (f">>> {_COMMANDS[answer.command]}\n" if answer.command != "conn" else "")
        + f"<<< {answer.words}\n",
        f"Final-Recipient: rfc822; {_recipient(answer)}\nAction: failed\nStatus: {_status(answer.words)}\n"
        f"Remote-MTA: dns; {_host(answer)} [192.0.2.44]\nDiagnostic-Code: smtp; {answer.words}\n",
    )


def _opensmtpd(answer: Answer) -> str:
    return (
        f"Return-Path: <>\nFrom: Mailer Daemon <MAILER-DAEMON@mail.brand.test>\nTo: {SENDER}\n"
        "Subject: Delivery status notification: error\n\n    Hi!\n\n    This is the MAILER-DAEMON, please DO NOT REPLY to this "
        "email.\n\n    An error has occurred while attempting to deliver a message for\n    the following "
        "list of recipients:\n\n"
        f"{_recipient(answer)}: {answer.words}\n\n    Below is a copy of the original message:\n\n{_ORIGINAL}"
    )


_FORMS: Final[tuple[Callable[[Answer], str], ...]] = (
    _postfix, _exim, _sendmail, _qmail, _gmail, _exchange, _courier, _opensmtpd,
)  # fmt: skip


class _Text(NamedTuple):
    """A notice in one part: who writes it under which subject, and its words."""

    sender: str
    subject: str
    text: str


_TEXTS: Final = {
    "james": _Text(
        "postmaster@mail.brand.test",
        "[BOUNCE]",
        "Hi. This is the James mail server at mail.brand.test.\nI'm afraid I wasn't able to deliver your "
        "message to the following "
        "addresses.\nThis is a permanent error; I've given up. Sorry it didn't work out.\n\nFailed recipient(s):\n{to}\n\n"
        "Error message:\n{said}\n\n",
    ),
    "interscan": _Text(
        "InterScan MSS Notification <postmaster@mail.brand.test>",
        "Mail delivery failed",
        "Unable to deliver message to <{to}>.\n\nSent <<< {command}:<{to}>\nReceived >>> {said}\n\n",
    ),
    "sun": _Text(
        "Internet Mail Delivery <postmaster@mail.brand.test>",
        "Delivery Notification: Delivery has failed",
        "This report relates to a message you sent with the following header fields:\n\n  Subject: Eine Idee\n\nYour message "
        "cannot be delivered to the following recipients:\n\n  Recipient address: {to}\n  Reason: Remote SMTP "
        "server has rejected "
        "address\n  Diagnostic code: smtp;{said}\n  Remote system: dns;{host} (TCP|192.0.2.1|47850|192.0.2.44|25)\n\n",
    ),
    "mdaemon": _Text(
        "MDaemon@mail.brand.test",
        "Permanent Delivery Failure",
        "The attached message had PERMANENT fatal delivery errors!\n\nAfter one or more unsuccessful delivery "
        "attempts the attached "
        "message has\nbeen removed from the mail queue on this server.\n\n--- Session Transcript ---\n MSG ID: 1\n TO: {to}\n"
        " --> {command}:<{to}>\n <-- {said}\n--- End Transcript ---\n\n",
    ),
    "groupwise": _Text(
        "Mailer-Daemon@mail.brand.test",
        "Mail System Error - Returned Mail",
        "The message that you sent was undeliverable to the following:\n\t{to} ({said})\n\n",
    ),
    "imail": _Text(
        "postmaster@mail.brand.test",
        "Undeliverable Mail",
        "Delivery failed 20 attempts: {to}\n{said}\n\nOriginal message follows.\n\n",
    ),
    "communigate": _Text(
        "MAILER-DAEMON@mail.brand.test",
        "Undeliverable mail: Eine Idee",
        "Failed to deliver to '{to}'\nSMTP module(domain firm.test) reports:\n host {host} says:\n {said}\n\n",
    ),
    "trouble": _Text(
        "Mail Delivery System <mailer-daemon@mail.brand.test>",
        "We had trouble delivering your message",
        "We had trouble delivering your message. Full details follow:\n\nSubject: 'Eine Idee'\n\n1 "
        "error(s):\n\nSMTP Server <{host}> "
        "rejected recipient <{to}>\n(Error following {command} command). It responded as follows: [{said}]\n\n",
    ),
    "mailmarshal": _Text(
        "postmaster@mail.brand.test",
        'Undeliverable Mail: "Eine Idee"',
        "Your message:\n   From:    news@brand.test\n   Subject: Eine Idee\n\nCould not be delivered because of\n\n{said}\n\n"
        "The following recipients were affected:\n    {to}\n\n",
    ),
    "ionos": _Text(
        "Mail Delivery System <mailer-daemon@kundenserver.test>",
        "Mail delivery failed: returning message to sender",
        "This message was created automatically by mail delivery software.\n\nA message that you sent could "
        "not be delivered to\none "
        "or more of its recipients. This is a permanent error.\n\nThe following address failed:\n\n    {to}:\n"
        "        SMTP error from remote server for {command} command, host: {host} (192.0.2.44) reason: {said}\n\n",
    ),
    "yahoo": _Text(
        "MAILER-DAEMON@yahoo.test",
        "Failure Notice",
        "Sorry, we were unable to deliver your message to the following address.\n\n<{to}>:\n{code}: {rest}\n\n"
        "--- Below this line is a copy of the message.\n\n",
    ),
    "php": _Text(
        "Mail Delivery Subsystem <MAILER-DAEMON@mail.brand.test>",
        "Returned mail: Eine Idee",
        "Your message could not be delivered to the following recipients:\n\n{to}: {said}\n\n",
    ),
}


def _one_part(form: _Text, answer: Answer) -> str:
    code, _, rest = answer.words.partition(" ")
    text = form.text.format(
        to=_recipient(answer), said=answer.words, host=_host(answer), command=_COMMANDS[answer.command] or "RCPT TO",
        code=code, rest=rest,
    )  # fmt: skip
    return f"Return-Path: <>\nFrom: {form.sender}\nTo: {SENDER}\nSubject: {form.subject}\n\n{text}{_ORIGINAL}"


_ORIGINAL: Final = (
    f"Message-ID: <1.abc@brand.test>\nFrom: {SENDER}\nTo: {RECIPIENT}\nSubject: Eine Idee\n"
    "Date: Mon, 2 Nov 2026 10:00:00 +0000\n\nHello Kim, would you like to try our tea?\n"
)


def _report(sender: str, subject: str, words: str, delivery: str) -> str:
    """A notice in three parts (RFC 3462)."""
    return (
        f"Return-Path: <>\nFrom: {sender}\nTo: {SENDER}\nSubject: {subject}\nAuto-Submitted: auto-replied\nMIME-Version: 1.0\n"
        'Content-Type: multipart/report; report-type=delivery-status; boundary="xyz"\n\n--xyz\n'
        f"Content-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: 8bit\n\n{words}\n--xyz\n"
        f"Content-Type: message/delivery-status\n\nReporting-MTA: dns; mail.brand.test\n\n{delivery}\n--xyz\n"
        f"Content-Type: message/rfc822\n\n{_ORIGINAL}\n--xyz--\n"
    )
