"""The same words mean different things at different commands, from different servers, with different codes."""

import pytest

from influtui.mail.bounce_reasons import plain, preferred, reason_of
from influtui.mail.server_answers import command_of


@pytest.mark.parametrize(
    ("words", "command", "reason"),
    [
        ("550 Unknown user x@y.test", "rcpt", "userunknown"),
        ("550 Unknown user x@y.test", "data", "filtered"),
        ("550 Unknown user x@y.test", None, "userunknown"),
        ("550 5.0.0 Address rejected", "mail", "rejected"),
        ("550 5.7.1 Blocked using a list, spam detected", "rcpt", "blocked"),
        ("550 5.7.1 This message looks like spam", "data", "spamdetected"),
    ],
)
def test_what_words_mean_depends_on_the_command_they_answer(words: str, command: str | None, reason: str) -> None:
    assert reason_of(words, command=command) == reason


@pytest.mark.parametrize(
    ("words", "hosts", "reason"),
    [
        ("550 5.4.1 Recipient address rejected: Access denied.", "dns; y.mail.protection.outlook.com", "userunknown"),
        ("550 5.7.1 [CS01] Message rejected due to local policy", "dns; mx01.mail.icloud.com", "policyviolation"),
        ("554 5.7.1 AUP#CXSNDR", "anna@cox.net", "authfailure"),
        ("554 Email rejected due to security policies - MCSpamSignature", "dns; eu-smtp-inbound-1.mimecast.com", "virusdetected"),
        ("550 see http://mail.i.ua/err/3", "dns; mx.i.ua", "suspend"),
        ("550 5.5.0 Boite du destinataire archivee. Archived recipient. LPN007_420", "dns; smtpz4.laposte.net", "suspend"),
        ("550 Unknown user x@docomo.ne.jp", "dns; mfsmax.docomo.ne.jp", "userunknown"),
    ],
)  # fmt: skip
def test_large_providers_have_words_and_codes_of_their_own(words: str, hosts: str, reason: str) -> None:
    assert reason_of(words, hosts=hosts) == reason


@pytest.mark.parametrize(
    ("text", "command"),
    [
        ("550 5.1.1 user unknown (in reply to RCPT TO command)", "rcpt"),
        ("550 no (in reply to end of DATA command)", "data"),
        ("SMTP error from remote mail server after RCPT TO:<x@y.test>: 550 no", "rcpt"),
        ("SMTP error from remote mail server after initial connection: 550 no", "conn"),
        ("mx.y.test [192.0.2.1] did not like our MAIL FROM: 550 no", "mail"),
        ("Connected to 192.0.2.1 but my name was rejected.", "ehlo"),
        ("host mx.y.test[192.0.2.1] refused to talk to me: 554 no", "helo"),
        ("550 no such user", None),
    ],
)
def test_the_command_is_found_in_what_mail_systems_write(text: str, command: str | None) -> None:
    assert command_of(plain(text)) == command


def test_a_program_on_the_machine_itself_is_no_server() -> None:
    assert reason_of("255", by_program=True) == "mailererror"


def test_a_status_that_says_something_goes_before_one_that_does_not() -> None:
    assert preferred("5.0.0", "5.1.1") == "5.1.1"
    assert preferred("5.1.1", "5.0.0") == "5.1.1"
    assert preferred(None, "5.7.1") == "5.7.1"
    assert preferred("4.4.7", None) == "4.4.7"


def test_greylisting_does_not_count_against_us() -> None:
    assert reason_of("450 4.7.1 Greylisted, come back later") == "expired"
