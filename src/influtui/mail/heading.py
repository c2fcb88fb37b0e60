"""The few headers of a message by which it is known whether it concerns us: read without parsing a message.

Of a mailbox's mail most is private, and is looked at once and let go; this costs a tenth of `mail/parsing.py`. What it
gives is a `ParsedMessage` without a body, so that the same questions can be asked of both.
"""

from __future__ import annotations

import re
from typing import Final

from influtui.mail.headers import addresses, decoded, message_ids, unfolded
from influtui.model.incoming import ParsedMessage
from influtui.model.text import from_outside

_END: Final = re.compile(rb"\r\n|\n|\r")


def read(block: bytes) -> ParsedMessage:
    """The headers in `block`. Never raises."""
    pairs: list[tuple[str, str]] = []
    for line in _END.split(block):
        text = line.decode("utf-8", "surrogateescape")
        if text[:1] in (" ", "\t") and pairs:
            pairs[-1] = (pairs[-1][0], f"{pairs[-1][1]}\n{text}")
        elif ":" in text:
            name, _, value = text.partition(":")
            pairs.append((name.strip().casefold(), value))
    known = tuple((name, unfolded(value)) for name, value in pairs)
    named: dict[str, list[str]] = {}
    for name, value in known:
        named.setdefault(name, []).append(value)

    def first(name: str) -> str:
        found = named.get(name)
        return found[0] if found else ""

    senders = addresses(first("from"))
    recipients = ", ".join(value for name in ("to", "cc") for value in named.get(name, ()) if value)
    subject = decoded(first("subject"))
    return ParsedMessage(
        message_id=next(iter(message_ids(first("message-id"))), None),
        in_reply_to=message_ids(first("in-reply-to")),
        references=message_ids(first("references")),
        sender_name=None,
        sender=senders[0].address if senders else None,
        reply_to=None,
        recipients=tuple(each.address for each in addresses(recipients)),
        subject=from_outside(subject) if subject else None,
        at=None,
        body=from_outside(""),
        headers=known,
    )
