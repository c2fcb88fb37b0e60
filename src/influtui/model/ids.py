"""Ids as distinct types: a campaign's id does not type-check where a person's is asked for."""

from __future__ import annotations

from typing import NewType

CreatorId = NewType("CreatorId", int)
"""One account on one platform. Dense and never reused, so that columns in memory can be indexed by it."""

PersonId = NewType("PersonId", int)
"""A human being, who may have several accounts or none. Suppression and collaborations key on it."""

BrandId = NewType("BrandId", int)
ProductId = NewType("ProductId", int)
CampaignId = NewType("CampaignId", int)
PickId = NewType("PickId", int)
CollaborationId = NewType("CollaborationId", int)
ConversationId = NewType("ConversationId", int)
MessageId = NewType("MessageId", int)
ShipmentId = NewType("ShipmentId", int)
PostId = NewType("PostId", int)
NoteId = NewType("NoteId", int)
ImportId = NewType("ImportId", int)
JournalId = NewType("JournalId", int)
