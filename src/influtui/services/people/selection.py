"""Which creators a command's words mean: a QUERY, or REFs."""

from __future__ import annotations

import re
from collections.abc import Sequence

from influtui.model.creators import PLATFORMS, parse_ref
from influtui.model.failures import WrongUsage
from influtui.model.ids import CreatorId
from influtui.model.nearest import nearest
from influtui.services.finding.search import matching
from influtui.services.people import creators
from influtui.services.workspace import Workspace


async def select(
    workspace: Workspace, words: Sequence[str], *, everything: bool = False, campaign: str | None = None
) -> list[CreatorId]:
    """The creators that `words` mean: all of them REFs, or all together one query.

    A query is asked about `campaign`, else about the one in use. Nothing at all means everybody only with `everything`.
    Raises `WrongUsage` where it is not given, and `NotFound` for a REF that names nobody.
    """
    if words and all(is_ref(word) for word in words):
        found = [(await creators.find(workspace, parse_ref(word))).id for word in words]
        return list(dict.fromkeys(found))
    query = " ".join(words).strip()
    if not query and not everything:
        raise WrongUsage(
            "no query and no REF: that would be everybody", hint="Say so with --all, or name whom you mean."
        )
    try:
        return await matching(workspace, query, campaign)
    except WrongUsage as wrong:
        raise _meant_as_ref(words, wrong) from None


def _meant_as_ref(words: Sequence[str], wrong: WrongUsage) -> WrongUsage:
    """What is wrong with a query, with the REF that it was probably meant to be: `instagrm:anna`."""
    for word in words:
        platform, colon, handle = word.partition(":")
        close = nearest(platform, PLATFORMS) if colon and handle and f"“{platform}”" in wrong.message else None
        if close:
            return WrongUsage(wrong.message, hint=f"Did you mean {close}:{handle}?", at=wrong.at)
    return wrong


def is_ref(word: str) -> bool:
    """Whether a word names one account: `#17`, or a known platform's id, a colon and a handle."""
    platform, colon, handle = word.partition(":")
    return re.fullmatch(r"#\d+", word) is not None or bool(colon and handle and platform.casefold() in PLATFORMS)
