"""An entry that is odd costs only itself: each key of a list's first entry in turn null, a list, a negative number.

Held against every way of asking of every bundled source, with the answers of their own contract tests.
"""

from __future__ import annotations

import copy
import importlib.util
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from influtui import testing
from influtui.api import Reply
from influtui.testing.platforms import Platform

PLUGINS = Path(__file__).parents[2] / "plugins"
WRONG: tuple[Any, ...] = (None, [], -1)


def _contracts() -> Iterator[type[testing.SourceContract]]:
    for path in sorted(PLUGINS.glob("*/tests/test_contract.py")):
        spec = importlib.util.spec_from_file_location(f"contract_of_{path.parents[1].name}", path)
        assert spec is not None
        assert spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        yield from (kind for kind in vars(module).values() if _is_held(kind))


def _is_held(kind: Any) -> bool:
    """Whether this is a contract that somebody is held to, and not the base of several."""
    contract = isinstance(kind, type) and issubclass(kind, testing.SourceContract)
    return contract and kind is not testing.SourceContract and bool(getattr(kind, "__test__", True))


CONTRACTS = {f"{kind.source} {kind.__name__}": kind for kind in _contracts()}


def test_every_bundled_source_is_here() -> None:
    assert {kind.source for kind in CONTRACTS.values()} == {"bluesky", "instagram", "mastodon", "tiktok", "youtube"}


@pytest.mark.parametrize("name", CONTRACTS)
def test_an_odd_entry_costs_only_itself_and_is_counted(name: str) -> None:
    contract = CONTRACTS[name]()
    whole = contract._platform()
    clean = contract._search(whole)
    for call, (path, parameters) in enumerate(whole.asked):
        body = json.loads(contract._body(path, parameters))
        for place in _first_entries(body, ()):
            for wrong in WRONG:
                changed = _with(body, place, wrong)
                page = contract._search(_answering(contract, call, changed))
                what = f"{path} with {'.'.join(map(str, place))} = {wrong}"
                lost = len(clean.profiles) - len(page.profiles)
                assert lost <= 1, f"{what} costs {lost} accounts"
                assert not lost or len(page.skipped) > len(clean.skipped), f"{what} is not counted"


def _first_entries(value: Any, path: tuple[str | int, ...]) -> Iterator[tuple[str | int, ...]]:
    """The places in, and of, the first entry of each list that has more than one."""
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from _first_entries(inner, (*path, key))
    elif isinstance(value, list) and len(value) > 1 and isinstance(value[0], dict):
        yield (*path, 0)
        yield from _places(value[0], (*path, 0))


def _places(value: Any, path: tuple[str | int, ...]) -> Iterator[tuple[str | int, ...]]:
    for key, inner in value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ():
        yield (*path, key)
        yield from _places(inner, (*path, key))


def _with(body: Any, place: tuple[str | int, ...], wrong: Any) -> bytes:
    changed = copy.deepcopy(body)
    at = changed
    for step in place[:-1]:
        at = at[step]
    at[place[-1]] = wrong
    return json.dumps(changed).encode()


def _answering(contract: testing.SourceContract, call: int, body: bytes) -> Platform:
    def change(reply: Reply) -> Reply:
        return Reply(200, reply.headers, body)

    return contract._platform(change, call)
