"""What a message that came in is: a complaint, a bounce, an automatic answer, or what a person said.

The order is fixed, the most consequential first, and everything after the machine-made kinds looks only at the part that
the sender wrote, since our own footer is quoted below it. Every verdict carries the sentence that explains it.
"""

from __future__ import annotations

from collections.abc import Sequence

from influtui.model.incoming import Classification, LocalRule, ParsedMessage
from influtui.model.replies import asks_to_stop, folded


def classify(
    message: ParsedMessage, *, ours: frozenset[str] = frozenset(), corrections: Sequence[LocalRule] = ()
) -> Classification:
    """What `message` is, and why. `ours` are our own addresses and ids; `corrections` are what people taught."""
    submitted = message.first("auto-submitted").casefold()
    if submitted and not submitted.startswith("no"):
        return Classification(
            kind="auto_reply", why=f"its sender's server says Auto-Submitted: {submitted}", rule="auto.header"
        )
    if asks_to_stop(message.body):
        return Classification(kind="unsubscribe", why="it asks for no more messages", rule="words.unsubscribe")
    if "?" in folded(message.body).written:
        return Classification(kind="question", why="it asks something", rule="words.question")
    return Classification(kind="other", why="nothing in it says what it is", rule="other")
