"""Lookalikes: who is most like an account, and why."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import pytest

from influtui.model.creators import Ref
from influtui.model.failures import NotFound, WrongUsage
from influtui.services.people.lookalikes import alike
from influtui.services.workspace import Workspace

Account = Callable[..., Awaitable[int]]
ANNA = Ref("instagram", "anna")


@pytest.fixture
async def catalogue(workspace: Workspace, account: Account) -> Workspace:
    """One to be like, and six invented others."""
    model = {
        "topics": "|baking|vegan|",
        "bio": "sourdough and oats",
        "followers": 10_000,
        "country": "DE",
        "language": "de",
    }
    person = await account("instagram:anna", **model)
    await account("tiktok:anna", person=person, **model)
    await account("instagram:twin", **model | {"followers": 11_000})
    await account("instagram:topical", topics="|baking|vegan|", bio="nothing of it", followers=10_000, country="US")
    await account("instagram:huge", **model | {"followers": 9_000_000})
    await account("instagram:wordy", topics="|cars|", bio="sourdough on wheels", followers=12_000)
    await account("instagram:stranger", topics="|cars|", bio="engines", followers=10_000, country="DE", language="de")
    await account("instagram:blank")
    return workspace


async def test_the_most_alike_come_first_and_say_why(catalogue: Workspace) -> None:
    found = await alike(catalogue, ANNA)
    assert [each.creator.handle for each in found] == ["twin", "huge", "topical", "wordy"]
    assert found[0].likeness > 95
    assert found[0].because == ("topics baking, vegan", "words oats, sourdough", "of like size", "both DE de")
    assert found[3].because == ("words sourdough", "of like size")


async def test_a_query_says_among_whom(catalogue: Workspace) -> None:
    assert [each.creator.handle for each in await alike(catalogue, ANNA, "country:US OR topic:cars")] == [
        "topical",
        "wordy",
    ]
    assert len(await alike(catalogue, ANNA, limit=1)) == 1


async def test_who_says_nothing_has_no_lookalikes(catalogue: Workspace) -> None:
    with pytest.raises(WrongUsage, match="nothing to be like"):
        await alike(catalogue, Ref("instagram", "blank"))
    with pytest.raises(NotFound):
        await alike(catalogue, Ref("instagram", "nobody"))


async def test_who_reaches_the_same_people_is_more_alike(catalogue: Workspace, account: Account) -> None:
    model = {"topics": "|chess|", "followers": 10_000}
    await account("twitch:model", **model, audience='{"DE":80.0,"US":10.0}')
    await account("twitch:elsewhere", **model, audience='{"BR":80.0,"US":10.0}')
    await account("twitch:unknown", **model)
    await account("twitch:same", **model, audience='{"DE":75.0,"US":15.0}')
    found = await alike(catalogue, Ref("twitch", "model"))
    assert {each.creator.handle: each.because for each in found} == {
        "same": ("topics chess", "94% the same audience", "of like size"),
        "unknown": ("topics chess", "of like size"),
        "elsewhere": ("topics chess", "of like size"),
    }
    assert found[-1].creator.handle == "elsewhere"
