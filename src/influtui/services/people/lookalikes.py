"""Lookalikes: who is most like an account, and why."""

from __future__ import annotations

import math
from typing import NamedTuple

from influtui.model.creators import Creator, Ref
from influtui.model.failures import WrongUsage
from influtui.model.ids import CreatorId
from influtui.model.lookalikes import likeness, weights
from influtui.model.query_words import words
from influtui.services.finding.search import MOST_ROWS, ask
from influtui.services.workspace import Workspace
from influtui.store import creators, lookalikes, search


class Lookalike(NamedTuple):
    """An account, how like it is from 0 to 100, and on what grounds."""

    creator: Creator
    likeness: float
    because: tuple[str, ...]


async def alike(workspace: Workspace, ref: Ref, query: str = "", *, limit: int = 50) -> list[Lookalike]:
    """The accounts of other people that are most like the one `ref` names, among those that `query` asks for.

    Raises `NotFound` for a REF that names nobody, and `WrongUsage` for one of whom neither topics nor a bio are known.
    """
    if not 0 <= limit <= MOST_ROWS:
        raise WrongUsage(f"a page has 0 to {MOST_ROWS:,} rows, not {limit}")
    model = await creators.find(workspace.db, ref)
    asked = await ask(workspace, query)
    rarity = await _rarity(workspace, model)
    if not model.topics and not rarity:
        raise WrongUsage(
            f"of {model.ref} neither topics nor a telling bio are known: there is nothing to be like",
            hint=f"Add topics: `influtui creators edit {model.ref} --set topics=…`.",
        )
    found = await lookalikes.candidates(workspace.db, model, list(rarity), asked.query)
    alike: list[Lookalike] = []
    others = await search.records(workspace.db, [CreatorId(each) for each in found], asked.order.campaign)
    for other in others:
        compared = likeness(model, other, rarity, weights())
        if compared:
            alike.append(Lookalike(other, round(compared.value, 1), compared.because))
    alike.sort(key=lambda each: (-each.likeness, each.creator.id))
    return alike[:limit]


async def _rarity(workspace: Workspace, model: Creator) -> dict[str, float]:
    """The telling words of a bio, with how much they tell: the rarer, the more."""
    everyone = max(1, await search.size(workspace.db))
    by = weights()
    told: dict[str, float] = {}
    for word in dict.fromkeys(words(model.bio or "")):
        used = await lookalikes.uses(workspace.db, word) if len(word) > 3 and not word.isdigit() else 0
        # A word that nobody else uses finds nobody.
        if 1 < used <= max(by.few, by.word_share * everyone):
            told[word] = math.log(1 + everyone / used)
    rarest = sorted(told, key=lambda word: -told[word])[: by.words_at_most]
    return {word: told[word] for word in rarest}
