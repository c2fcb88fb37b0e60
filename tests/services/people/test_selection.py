"""Which creators a command's words mean."""

from __future__ import annotations

from typing import Any

import pytest

from influtui.model.failures import NotFound, WrongUsage
from influtui.services.people.selection import is_ref, select
from influtui.services.workspace import Workspace


@pytest.mark.parametrize(
    ("word", "names_one"),
    [
        ("#17", True),
        ("instagram:anna", True),
        ("Offline:ada", True),
        ("tier:micro", False),
        ("instagram:", False),
        ("#x", False),
    ],
)
def test_a_ref_is_a_number_or_a_known_platform_with_a_handle(word: str, names_one: bool) -> None:
    assert is_ref(word) is names_one


async def test_refs_mean_those_accounts_each_once_in_their_order(workspace: Workspace, account: Any) -> None:
    first, second = await account("instagram:ada"), await account("tiktok:bo")
    assert await select(workspace, ["tiktok:bo", "#1", "instagram:@Ada"]) == [second, first]


async def test_many_words_are_one_query(workspace: Workspace, account: Any) -> None:
    found = await account("instagram:ada", country="DE", followers=5)
    await account("instagram:bo", country="DE")
    assert await select(workspace, ["country:DE", "has:followers"]) == [found]


async def test_everybody_must_be_said(workspace: Workspace, account: Any) -> None:
    known = await account("instagram:ada")
    with pytest.raises(WrongUsage, match="everybody"):
        await select(workspace, [])
    assert await select(workspace, [], everything=True) == [known]


async def test_a_ref_that_names_nobody_selects_nothing(workspace: Workspace, account: Any) -> None:
    await account("instagram:ada")
    with pytest.raises(NotFound):
        await select(workspace, ["#1", "#2"])


async def test_a_mistyped_platform_is_understood_as_the_ref_it_was_meant_to_be(workspace: Workspace) -> None:
    with pytest.raises(WrongUsage) as refused:
        await select(workspace, ["instagrm:anna"])
    assert refused.value.hint == "Did you mean instagram:anna?"
