from __future__ import annotations

import pytest

from influtui.mail import imap_wire as wire
from influtui.mail.folders import decoded, listed
from influtui.mail.imap_wire import Response


def answer(*lines: bytes) -> list[Response]:
    return [Response(b"*", None, wire.tokens([b"LIST " + line])) for line in lines]


def roles(*lines: bytes) -> dict[str, str]:
    return {folder.shown: folder.role for folder in listed(answer(*lines))}


def test_marked_folders_have_the_role_that_the_mark_says() -> None:
    found = roles(
        b'(\\HasNoChildren) "/" "INBOX"',
        b'(\\HasChildren \\Noselect) "/" "[Gmail]"',
        b'(\\All \\HasNoChildren) "/" "[Gmail]/Alle Nachrichten"',
        b'(\\HasNoChildren \\Junk) "/" "[Gmail]/Spam"',
        b'(\\HasNoChildren \\sent) "/" "[Gmail]/Gesendet"',
        b'(\\HasNoChildren) "/" "Sent"',
    )
    assert found == {
        "INBOX": "inbox", "[Gmail]/Alle Nachrichten": "all", "[Gmail]/Spam": "junk", "[Gmail]/Gesendet": "sent", "Sent": "other",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("line", "shown", "role"),
    [
        (b'() "." INBOX.Sent', "INBOX.Sent", "sent"),
        (b'() "/" "Gesendete Elemente"', "Gesendete Elemente", "sent"),
        (b'() "/" "&AMk-l&AOk-ments envoy&AOk-s"', "Éléments envoyés", "sent"),
        (b'() NIL "Courrier ind&AOk-sirable"', "Courrier indésirable", "junk"),
        (b'() "/" "Sent to Anna"', "Sent to Anna", "other"),
    ],
)
def test_unmarked_folders_are_known_by_their_names(line: bytes, shown: str, role: str) -> None:
    assert roles(line) == {shown: role}


def test_a_name_that_is_no_name_is_shown_as_it_is() -> None:
    assert decoded(b"R&D") == "R&D"
    assert decoded(b"a&-b") == "a&b"
    assert decoded(b"&!!!-") == "&!!!-"
