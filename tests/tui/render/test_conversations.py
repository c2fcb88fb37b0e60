"""A conversation as it is read."""

from __future__ import annotations

import pytest

from influtui.model.ids import ConversationId, MessageId, PersonId
from influtui.model.incoming import Attachment
from influtui.model.messages import Conversation, ConversationRow, Message
from influtui.model.text import OutsideText, from_outside
from influtui.tui.render.conversations import COLUMNS, body, detail, stop_hint
from influtui.tui.render.spans import Look

LOOK = Look(0)


def _lines(text: str) -> list[str]:
    return ["".join(span.text for span in line) for line in body(text, 60, LOOK)]


def test_quoted_text_is_folded_and_counted() -> None:
    text = "Yes!\n\nOn Mon, 2 Nov 2026, Una wrote:\n> Hello\n> again\n\nBest\n> end"
    assert _lines(text) == ["Yes!", "", "▏ 3 quoted lines", "", "Best", "▏ 1 quoted line"]


def test_long_lines_wrap_and_outside_controls_go() -> None:
    lines = _lines("word " * 30 + "\x1b[2J\u202eend")
    assert all(len(line) <= 60 for line in lines)
    assert "\x1b" not in "".join(lines)
    assert "\u202e" not in "".join(lines)


MEAN = from_outside("\x1b]52;c;eA==\x07\x1b[2J\x9b31m\u202egnp\u2066\x85[/b]\u2028x")


@pytest.mark.parametrize("mean", [MEAN, from_outside("\x1b[2J\x07plain")])
def test_nothing_of_a_hostile_conversation_acts_on_a_terminal(mean: OutsideText) -> None:
    """Defences: every text of a conversation is made safe where it is rendered, not at the last door alone."""
    row = ConversationRow(
        id=ConversationId(1), person=PersonId(1), collaboration=None, creator=None, account=None,
        name=mean, ref=mean, address=mean, subject=mean, last=mean, campaign=mean,
        channel="email", awaiting="us", state="received", last_at="2026-11-22T12:00:00Z", messages=1,
    )  # fmt: skip
    file = Attachment(name=mean, file_name=mean, type=mean, size=1, warning=mean)
    message = Message(
        id=MessageId(1), conversation=ConversationId(1), direction="in", state="failed", at="2026-11-22T12:00:00Z",
        sender=mean, recipient=mean, subject=mean, body=mean, outcome=mean, kind="question", kind_why=mean,
        unconfirmed=mean, unverified=mean, cautions=(mean,), attachments=(file,),
    )  # fmt: skip
    found = Conversation(row=row, messages=(message,), draft=mean)
    shown = [span.text for line in detail(found, 60, LOOK) for span in line]
    shown += [column.show(row, LOOK).text for column in COLUMNS]
    shown += [span.text for line in stop_hint(found, 60) for span in line]
    assert [text for text in shown if not text.isprintable()] == []
    assert not set("".join(shown)) & set("\u202e\u2066\u2028")
