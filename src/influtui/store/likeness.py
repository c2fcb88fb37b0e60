"""Which accounts may be one person's, found without comparing each with each; and joining two people into one."""

from __future__ import annotations

from array import array
from collections.abc import AsyncIterator, Callable, Sequence
from itertools import combinations
from typing import Any, Final

from influtui.model.creators import OFFLINE, joined, split
from influtui.model.duplicates import Account, Key, default_weights, keys
from influtui.model.failures import Conflict
from influtui.store import references
from influtui.store.database import Database, Reader, Row
from influtui.store.journal import UnitOfWork
from influtui.store.tables import NOUNS

_COLUMNS: Final = "id, person_id, platform, handle, name, email, url, bio"
_CHUNK: Final = 500
_SLOTS: Final = 1 << 26
"""Bits of the two tables that tell keys seen once from those seen again: 8 MB each, 4 % false alarms at 3 million keys."""


class Repeats:
    """Which of many hashes came more than once, in a fixed room: it may name one too many, never one too few."""

    def __init__(self) -> None:
        self._once = bytearray(_SLOTS >> 3)
        self._again = bytearray(_SLOTS >> 3)

    def add(self, hashed: int) -> None:
        """Note one hash."""
        byte, bit = (hashed & (_SLOTS - 1)) >> 3, 1 << (hashed & 7)
        if self._once[byte] & bit:
            self._again[byte] |= bit
        else:
            self._once[byte] |= bit

    def __contains__(self, hashed: int) -> bool:
        return bool(self._again[(hashed & (_SLOTS - 1)) >> 3] & (1 << (hashed & 7)))


async def candidates(
    database: Database, *, watched: Callable[[int], None] = lambda done: None
) -> tuple[list[tuple[Account, Account]], dict[Key, int]]:
    """Pairs of accounts of different people that share a key, each once; and how many people share each such key.

    Reads the catalogue once. Keys that too many people share are left out: they are an agency's or a fashion.
    """
    hashes, owners = array("q"), array("q")
    repeats = Repeats()
    done = 0
    async for rows in _stream(database):
        for row in rows:
            for key in keys(_account(row)):
                hashed = hash(key)
                hashes.append(hashed)
                owners.append(row["id"])
                repeats.add(hashed)
        done += len(rows)
        watched(done)
    groups: dict[int, list[int]] = {}
    for hashed, owner in zip(hashes, owners, strict=True):
        if hashed in repeats:
            groups.setdefault(hashed, []).append(owner)
    del hashes, owners, repeats
    most = default_weights().most_sharing * 4  # accounts; people are counted below
    wanted = sorted({owner for group in groups.values() if 1 < len(group) <= most for owner in group})
    return _pairs(await accounts(database, wanted))


async def accounts(reader: Reader, ids: Sequence[int]) -> list[Account]:
    """What is compared of the accounts `ids`."""
    found: list[Account] = []
    for start in range(0, len(ids), _CHUNK):
        chunk = list(ids[start : start + _CHUNK])
        marks = ", ".join("?" * len(chunk))
        found += map(_account, await reader.all(f"SELECT {_COLUMNS} FROM creators WHERE id IN ({marks})", chunk))
    return found


async def told_apart(reader: Reader) -> set[tuple[int, int]]:
    """Pairs of people of whom somebody said that they are two, the smaller id first."""
    rows = await reader.all("SELECT first_person, second_person FROM told_apart")
    return {(row["first_person"], row["second_person"]) for row in rows}


async def join(unit: UnitOfWork, keep: int, other: int) -> tuple[dict[str, int], list[str]]:
    """Move everything of person `other` to person `keep` and remove `other`.

    Returns how many rows of each table moved, and the campaigns in which one of two verdicts was dropped (the later one
    stays). Raises `Conflict` where both have a collaboration in one campaign: which of them stands, only a person knows.
    """
    await _refuse_two_collaborations(unit, keep, other)
    dropped = await _drop_older_picks(unit, keep, other)
    for pair in await unit.transaction.all(
        "SELECT id FROM told_apart WHERE ? IN (first_person, second_person)", (other,)
    ):
        await unit.delete("told_apart", pair["id"])
    moved: dict[str, int] = {}
    for reference in await references.to(unit.transaction, "persons"):
        if reference.table not in NOUNS:
            raise RuntimeError(f"{reference.table} holds persons and is not journaled")
        rows = await unit.transaction.all(f"SELECT id FROM {reference.table} WHERE {reference.column} = ?", (other,))
        if rows:
            await unit.update_many(reference.table, {row["id"]: {reference.column: keep} for row in rows})
            moved[reference.table] = moved.get(reference.table, 0) + len(rows)
    await _merge_persons(unit, keep, other)
    return moved, dropped


async def drop_placeholders(unit: UnitOfWork, person: int) -> list[str]:
    """Remove the places that somebody without an account had, once there is an account. Returns their handles.

    What was said of them (address, tags, whom a verdict was about) goes to the largest account.
    """
    rows = await unit.transaction.all(
        "SELECT id, platform, handle, email, tags FROM creators WHERE person_id = ? ORDER BY followers DESC, id",
        (person,),
    )
    real = [row for row in rows if row["platform"] != OFFLINE]
    placeholders = [row for row in rows if row["platform"] == OFFLINE]
    if not real:
        return []
    for row in placeholders:
        gained: dict[str, Any] = {}
        if row["email"] and not any(each["email"] for each in real):
            gained["email"] = row["email"]
        if row["tags"]:
            gained["tags"] = joined([*split(real[0]["tags"]), *split(row["tags"])])
        if gained:
            await unit.update("creators", real[0]["id"], gained)
        for reference in await references.to(unit.transaction, "creators"):
            if not reference.cascades and reference.table in NOUNS:
                held = await unit.transaction.all(
                    f"SELECT id FROM {reference.table} WHERE {reference.column} = ?", (row["id"],)
                )
                changes = {each["id"]: {reference.column: real[0]["id"]} for each in held}
                await unit.update_many(reference.table, changes)
        await unit.delete("creators", row["id"])
    return [row["handle"] for row in placeholders]


def _pairs(found: Sequence[Account]) -> tuple[list[tuple[Account, Account]], dict[Key, int]]:
    by_key: dict[Key, list[Account]] = {}
    for account in found:
        for key in keys(account):
            by_key.setdefault(key, []).append(account)
    pairs: dict[tuple[int, int], tuple[Account, Account]] = {}
    sharing: dict[Key, int] = {}
    for key, group in by_key.items():
        people = len({account.person for account in group})
        if not 1 < people <= default_weights().most_sharing:
            continue
        sharing[key] = people
        for one, other in combinations(sorted(group), 2):
            if one.person != other.person:
                pairs[one.id, other.id] = (one, other)
    return list(pairs.values()), sharing


async def _stream(database: Database) -> AsyncIterator[list[Row]]:
    async for rows in database.stream(f"SELECT {_COLUMNS} FROM creators ORDER BY id"):
        yield rows


def _account(row: Row) -> Account:
    return Account(*row)


async def _refuse_two_collaborations(unit: UnitOfWork, keep: int, other: int) -> None:
    rows = await unit.transaction.all(
        "SELECT code FROM campaigns JOIN collaborations ON campaigns.id = campaign_id WHERE person_id IN (?, ?)"
        " GROUP BY campaigns.id HAVING count(*) > 1 ORDER BY code",
        (keep, other),
    )
    if rows:
        codes = ", ".join(row["code"] for row in rows)
        raise Conflict(
            f"both have a collaboration in {codes}: two agreements do not become one by themselves",
            hint="Withdraw or finish one of the two first.",
        )


async def _drop_older_picks(unit: UnitOfWork, keep: int, other: int) -> list[str]:
    rows = await unit.transaction.all(
        "SELECT code, picks.id AS id, judged_at FROM picks JOIN campaigns ON campaigns.id = campaign_id"
        " WHERE person_id IN (?, ?) ORDER BY code, judged_at DESC, picks.id DESC",
        (keep, other),
    )
    dropped: list[str] = []
    before: Any = None
    for row in rows:
        if row["code"] == before:
            await unit.delete("picks", row["id"])
            dropped.append(row["code"])
        before = row["code"]
    return dropped


async def _merge_persons(unit: UnitOfWork, keep: int, other: int) -> None:
    rows = await unit.transaction.all("SELECT * FROM persons WHERE id IN (?, ?)", (keep, other))
    by_id = {row["id"]: row for row in rows}
    gained = {
        name: by_id[other][name]
        for name in ("name", "email", "country")
        if by_id[keep][name] is None and by_id[other][name] is not None
    }
    if gained:
        await unit.update("persons", keep, gained)
    await unit.delete("persons", other)
