"""The tables that a unit of work may write, and what is particular about some of them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

NOUNS: Final = frozenset(
    {
        "persons", "creators", "notes", "brands", "products", "campaigns", "campaign_products", "picks",
        "collaborations", "collaboration_moves", "terms", "agreements", "templates", "conversations", "messages",
        "shipments", "shipment_events", "shipment_products", "posts", "post_snapshots", "snapshots", "creator_posts",
        "creator_comments", "told_apart", "saved_searches",
        "exclusivities", "sequences", "enrolments", "enrolment_steps", "sender_pauses",
        "privacy_notices",
        "mail_rules",
    }
)  # fmt: skip
"""The tables a unit of work may write. A name from here is safe to put into a statement."""

KEYS: Final[Mapping[str, tuple[str, ...]]] = {
    "snapshots": ("creator_id", "at", "source"),
    "creator_comments": ("post_id", "seq"),
}
"""The key of those that have no `id`. They are written and removed whole, never updated; the journal's `row_id` of
them is the first part of their key."""

WITHOUT_VERSION: Final = frozenset({"snapshots", "creator_posts", "creator_comments"})
"""Those that no two people edit at once, and so carry no `version`."""
