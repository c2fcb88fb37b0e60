"""What waits for a person, read in one statement from everything that is recorded: nothing is kept for it.

Each kind of `model/data/today.toml` is one SELECT with the same columns. What only becomes interesting when its time is
over (a quiet parcel, a state that lasts) is left out before.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from collections.abc import Set as AbstractSet
from typing import Any, Final, NamedTuple

from influtui.model.pipeline import pipeline
from influtui.model.shipping import states as shipment_states
from influtui.model.times import Millis
from influtui.model.today import DAY_MS, HOUR_MS, Waiting, kind_named, kinds
from influtui.store import creators, outreach, suppressions
from influtui.store.database import Reader, Row
from influtui.store.filters import Column, Noun
from influtui.store.picks import CONTACTED, IN_HAND

_NUMBERS_FOR: Final = 30 * DAY_MS
"""How long after going live the numbers of a post still move enough to be read again, each week."""
_REFUSED_FOR: Final = 30 * DAY_MS
"""After this a refusal is history: nobody waits for that message any more."""

_GONE: Final = ("lost", "returned", "expired")
"""States of a parcel that nothing more will come of."""

_RUNS: Final = "JOIN campaigns k ON k.id = l.campaign_id AND k.state = 'active'"


def noun(now: Millis) -> Noun:
    """Where the fields of `model.campaign_qualifiers.TODAY` stand."""
    return Noun(
        table="t",
        text=("coalesce(n.name, a.name, '')", "coalesce(a.handle, '')", "coalesce(t.detail, '')"),
        columns={
            "kind": Column("t.kind"),
            "late": Column(f"t.due <= {int(now)}"),
            "since": Column("t.since"),
            "campaign": Column("lower(k.code)"),
            "platform": Column("a.platform"),
            "handle": Column("a.handle_key"),
            "country": Column("coalesce(n.country, a.country)"),
            "followers": Column("a.followers"),
        },
    )


class CutOff(NamedTuple):
    """Those who are picked and to whom no mail goes: only their keyed hashes are on record, which no statement can read."""

    barred: frozenset[int] = frozenset()
    """Persons who must not be written to."""
    came_back: frozenset[int] = frozenset()
    """Persons every address of whom mail came back from."""


class Moment(NamedTuple):
    """What the statements are asked about: when it is, and who cannot be written to."""

    now: int
    cut: CutOff


async def cut_off(reader: Reader) -> CutOff:
    """Who of those that wait to be written to cannot be."""
    suppressed = await suppressions.load(reader)
    if not suppressed:
        return CutOff()
    rows = await reader.all(f"SELECT DISTINCT l.person_id FROM collaborations l {_RUNS} WHERE l.state = 'shortlisted'")
    people = await outreach.reachable(reader, [row["person_id"] for row in rows])
    barred, came_back = set[int](), set[int]()
    accounts = await creators.of_persons(reader, list(people))
    for person, known in people.items():
        if suppressed.person(accounts.get(person, ()), known.emails):
            barred.add(person)
        elif known.emails and not suppressed.working(known.emails):
            came_back.add(person)
    return CutOff(frozenset(barred), frozenset(came_back))


async def listed(reader: Reader, now: Millis, condition: str, values: Sequence[Any]) -> list[Waiting]:
    """What waits and passes a condition over `noun`: what is late first, then by kind, the longest waiting on top."""
    source = _from(Moment(int(now), await cut_off(reader)))
    rows = await reader.all(
        f"SELECT t.*, k.code AS campaign, a.platform, a.handle, coalesce(n.name, a.name) AS name {source}"
        f" WHERE {condition} ORDER BY t.due > {int(now)}, t.rank, t.due, t.collaboration_id, t.conversation_id",
        values,
    )
    return [_waiting(row) for row in rows]


async def counted(reader: Reader, now: Millis, condition: str, values: Sequence[Any]) -> dict[str, tuple[int, int]]:
    """How many wait of each kind, and how many of them are late."""
    source = _from(Moment(int(now), await cut_off(reader)))
    rows = await reader.all(
        f"SELECT t.kind, count(*), sum(t.due <= {int(now)}) {source} WHERE {condition} GROUP BY t.kind", values
    )
    found = {kind: (int(many), int(late)) for kind, many, late in rows}
    return {kind.name: found[kind.name] for kind in kinds() if kind.name in found}


def _from(at: Moment) -> str:
    each = [f"SELECT * FROM ({select})" for select in _selects(at)]
    return (
        f"FROM ({' UNION ALL '.join(each)}) t"
        " LEFT JOIN campaigns k ON k.id = t.campaign_id LEFT JOIN persons n ON n.id = t.person_id"
        " LEFT JOIN creators a ON a.id = coalesce(t.creator_id, (SELECT id FROM creators"
        " WHERE person_id = t.person_id ORDER BY followers DESC, id LIMIT 1))"
    )


def _selects(at: Moment) -> Iterator[str]:
    for position, kind in enumerate(kinds()):
        yield _OF[kind.name](f"'{kind.name}' AS kind, {position} AS rank", at)


def _columns(
    head: str,
    since: str,
    due: str,
    *,
    of: str = "l.id AS collaboration_id, l.person_id, l.campaign_id, l.creator_id",
    conversation: str = "NULL",
    message: str = "NULL",
    number: str = "NULL",
    account: str = "NULL",
    many: str = "NULL",
    detail: str = "NULL",
) -> str:
    return (
        f"SELECT {head}, {since} AS since, {due} AS due, {of}, {conversation} AS conversation_id,"
        f" {message} AS message_id, {number} AS number, {account} AS account,"
        f" {many} AS many, {detail} AS detail"
    )


_OF_CONVERSATION: Final = "v.collaboration_id, v.person_id, l.campaign_id, v.creator_id"
_OF_CAMPAIGN: Final = "NULL AS collaboration_id, NULL AS person_id, k.id AS campaign_id, NULL AS creator_id"
_OF_NOBODY: Final = "NULL AS collaboration_id, NULL AS person_id, NULL AS campaign_id, NULL AS creator_id"
_OF_SHIPMENT: Final = "s.collaboration_id, coalesce(s.person_id, l.person_id) AS person_id, l.campaign_id, l.creator_id"


def _allowed(kind: str) -> int:
    return (kind_named(kind).hours or 0) * HOUR_MS


def _doubt(head: str, _at: Moment) -> str:
    return (
        _columns(head, "m.at", "m.at", of=_OF_CONVERSATION, conversation="v.id", message="m.id", detail="m.subject")
        + " FROM messages m JOIN conversations v ON v.id = m.conversation_id"
        " LEFT JOIN collaborations l ON l.id = v.collaboration_id WHERE m.state = 'unknown'"
    )


def _answer(matched: int) -> Callable[[str, Moment], str]:
    """A conversation that waits for us: of somebody we know, or (`matched` 0) of somebody we do not."""

    def select(head: str, _at: Moment) -> str:
        newest = (
            "(SELECT substr(m.body, 1, 200) FROM messages m WHERE m.conversation_id = v.id AND m.direction = 'in'"
            " ORDER BY m.at DESC, m.id DESC LIMIT 1)"
        )
        # Of somebody nobody knows, the address is all there is to tell who it is.
        said = newest if matched else f"coalesce(v.address || ': ', '') || {newest}"
        due = f"v.last_at + {_allowed('reply' if matched else 'unmatched')}"
        return (
            _columns(head, "v.last_at", due, of=_OF_CONVERSATION, conversation="v.id", detail=said)
            + " FROM conversations v LEFT JOIN collaborations l ON l.id = v.collaboration_id"
            f" WHERE v.awaiting = 'us' AND v.matched = {matched} AND NOT EXISTS (SELECT 1 FROM messages m"
            " WHERE m.conversation_id = v.id AND m.unconfirmed IS NOT NULL)"
            # Who was let go by hand after they wrote is decided on.
            f" AND NOT coalesce(l.state IN ({_ENDS}) AND l.state_at >= v.last_at, 0)"
        )

    return select


def _confirm(head: str, _at: Moment) -> str:
    return (
        _columns(
            head, "m.at", f"m.at + {_allowed('confirm')}", of=_OF_CONVERSATION, conversation="v.id", message="m.id",
            detail="m.unconfirmed",
        )
        + " FROM messages m JOIN conversations v ON v.id = m.conversation_id"
        " LEFT JOIN collaborations l ON l.id = v.collaboration_id WHERE m.unconfirmed IS NOT NULL"
    )  # fmt: skip


def _paused_mailbox(head: str, _at: Moment) -> str:
    return (
        _columns(head, "s.paused_at", "s.paused_at", of=_OF_NOBODY, account="s.account", detail="s.why")
        + " FROM sender_pauses s WHERE s.resumed_at IS NULL"
    )


def _approve(head: str, _at: Moment) -> str:
    since = "min(m.at)"
    return (
        _columns(head, since, f"{since} + {_allowed('approve')}", of=_OF_CAMPAIGN, many="count(*)")
        + " FROM outbox o JOIN messages m ON m.id = o.message_id JOIN conversations v ON v.id = m.conversation_id"
        f" JOIN collaborations l ON l.id = v.collaboration_id {_RUNS}"
        " WHERE m.state = 'queued' AND o.approved_at IS NULL GROUP BY k.id"
    )


def _refused(head: str, at: Moment) -> str:
    return (
        _columns(
            head, "m.at", f"m.at + {_allowed('refused')}", of=_OF_CONVERSATION, conversation="v.id", message="m.id",
            detail="m.outcome",
        )
        + " FROM messages m JOIN conversations v ON v.id = m.conversation_id"
        " LEFT JOIN collaborations l ON l.id = v.collaboration_id"
        f" WHERE m.state = 'failed' AND m.at >= {at.now - _REFUSED_FOR} AND NOT EXISTS (SELECT 1 FROM messages o"
        " WHERE o.conversation_id = v.id AND o.id > m.id AND o.direction = 'out' AND o.state NOT IN ('failed', 'cancelled'))"
        f" AND NOT coalesce(l.state = 'shortlisted' AND {_one_of(at.cut.came_back)}, 0)"
    )  # fmt: skip


def _parcel(head: str, _at: Moment) -> str:
    # A parcel that is gone is settled by the next one, a stuck one by nothing but news.
    stuck = [each.state for each in shipment_states().values() if each.stage == "stuck"]
    states = ", ".join(f"'{each}'" for each in (*stuck, *_GONE))
    gone = ", ".join(f"'{each}'" for each in _GONE)
    return (
        _columns(
            head, "coalesce(s.state_at, s.updated_at)", f"coalesce(s.state_at, s.updated_at) + {_allowed('parcel')}",
            of=_OF_SHIPMENT, number="s.number", detail="replace(s.state, '_', ' ')",
        )
        + " FROM shipments s LEFT JOIN collaborations l ON l.id = s.collaboration_id"
        f" WHERE s.state IN ({states}) AND NOT (s.state IN ({gone}) AND EXISTS (SELECT 1"
        " FROM shipments o WHERE o.collaboration_id = s.collaboration_id AND o.id > s.id))"
    )  # fmt: skip


def _quiet_parcel(head: str, at: Moment) -> str:
    states = ", ".join(
        f"'{each.state}'"
        for each in shipment_states().values()
        if each.stage in ("before", "moving") and each.state != "draft"
    )
    since, allowed = "coalesce(s.state_at, s.created_at)", _allowed("quiet_parcel")
    return (
        _columns(
            head, since, f"{since} + {allowed}", of=_OF_SHIPMENT, number="s.number", detail="replace(s.state, '_', ' ')"
        )
        + " FROM shipments s LEFT JOIN collaborations l ON l.id = s.collaboration_id"
        f" WHERE s.state IN ({states}) AND {since} + {allowed} <= {at.now}"
    )


def _go_live(head: str, at: Moment) -> str:
    day = "CAST(strftime('%s', g.value) AS INTEGER) * 1000"
    return (
        _columns(head, day, f"{day} + {DAY_MS}", detail="g.value")
        + f" FROM terms g JOIN collaborations l ON l.id = g.collaboration_id {_RUNS}"
        f" WHERE g.slot = 'go_live' AND g.waived = 0 AND g.carried = 0 AND {day} <= {at.now}"
        f" AND l.state IN ({_between('agreed', 'scheduled')})"
        " AND NOT EXISTS (SELECT 1 FROM posts p WHERE p.collaboration_id = l.id)"
    )


def _to_ship(head: str, _at: Moment) -> str:
    return (
        _columns(head, _SINCE, f"{_SINCE} + {_days('agreed')}")
        + f" FROM collaborations l {_RUNS} WHERE l.state IN ('agreed', 'contracted') AND {_HAS_PRODUCT}"
        " AND NOT EXISTS (SELECT 1 FROM shipments s WHERE s.collaboration_id = l.id AND s.state <> 'cancelled')"
    )


def _state(*states: str, at_once: bool = False, besides: str = "0") -> Callable[[str, Moment], str]:
    """A collaboration that stays in one of these states beyond its days, or (`at_once`) that is in it at all."""

    def select(head: str, at: Moment) -> str:
        days = " ".join(f"WHEN '{each}' THEN {_days(each)}" for each in states)
        due = f"{_SINCE} + CASE l.state {days} END"
        named = ", ".join(f"'{each}'" for each in states)
        late = "" if at_once else f" AND {due} <= {at.now}"
        shown = "replace(l.state, '_', ' ')"
        return (
            _columns(head, _SINCE, due, detail=shown)
            + f" FROM collaborations l {_RUNS} WHERE l.state IN ({named}) AND NOT {besides}{late}"
        )

    return select


def _silent(head: str, at: Moment) -> str:
    """Somebody who had answered, and whose turn it is since our last message."""
    latest = (
        "(SELECT {} FROM conversations v WHERE v.collaboration_id = l.id ORDER BY v.last_at DESC, v.id DESC LIMIT 1)"
    )
    last = latest.format("v.last_at")
    due = f"{last} + {_allowed('silent')}"
    return (
        _columns(head, last, due, conversation=latest.format("v.id"))
        + f" FROM collaborations l {_RUNS} WHERE l.state = 'in_conversation' AND {due} <= {at.now} AND NOT {IN_HAND}"
        " AND NOT EXISTS (SELECT 1 FROM conversations v WHERE v.collaboration_id = l.id AND v.awaiting = 'us')"
    )


def _numbers(head: str, at: Moment) -> str:
    live, read = (
        "coalesce(p.posted_at, p.recorded_at)",
        "(SELECT max(s.at) FROM post_snapshots s WHERE s.post_id = p.id)",
    )
    due = f"coalesce({read} + {7 * DAY_MS}, {live} + {_allowed('numbers')})"
    return (
        _columns(head, f"coalesce({read}, {live})", due, detail="p.url")
        + f" FROM posts p JOIN collaborations l ON l.id = p.collaboration_id {_RUNS}"
        f" WHERE {due} <= {at.now} AND coalesce({read}, 0) < {live} + {_NUMBERS_FOR}"
    )


def _to_contact(head: str, at: Moment) -> str:
    return (
        _columns(head, f"min({_SINCE})", f"min({_SINCE}) + {_days('shortlisted')}", of=_OF_CAMPAIGN, many="count(*)")
        + f" FROM collaborations l {_RUNS} WHERE {_can_be_written_to(at.cut)} GROUP BY k.id"
    )


def _no_address(head: str, at: Moment) -> str:
    said = (
        "(SELECT m.outcome FROM messages m JOIN conversations v ON v.id = m.conversation_id WHERE v.person_id = l.person_id"
        " AND m.state = 'failed' ORDER BY m.id DESC LIMIT 1)"
    )
    return (
        _columns(head, _SINCE, f"{_SINCE} + {_days('shortlisted')}", detail=said)
        + f" FROM collaborations l {_RUNS} WHERE l.state = 'shortlisted' AND {_one_of(at.cut.came_back)} AND NOT {IN_HAND}"
    )


def _barred(head: str, at: Moment) -> str:
    return (
        _columns(head, _SINCE, f"{_SINCE} + {_days('shortlisted')}")
        + f" FROM collaborations l {_RUNS} WHERE l.state = 'shortlisted' AND {_one_of(at.cut.barred)}"
    )


def _reserve(head: str, at: Moment) -> str:
    return _more(
        head, f"CASE WHEN {_MISSING} < {_FREE} THEN {_MISSING} ELSE {_FREE} END", f"{_FREE} > 0", "reserve", at
    )


def _too_few(head: str, at: Moment) -> str:
    return _more(head, f"{_MISSING} - {_FREE}", f"{_MISSING} > {_FREE}", "too_few", at)


def _retention(head: str, at: Moment) -> str:
    """Somebody whose data we promised to let go (`mail/data/footers.toml`), since they did not answer."""
    due = f"max(n.at) + {_allowed('retention')}"
    of = "NULL AS collaboration_id, n.person_id, NULL AS campaign_id, NULL AS creator_id"
    return (
        _columns(head, "max(n.at)", due, of=of)
        + " FROM privacy_notices n JOIN messages m ON m.id = n.message_id AND m.state IN ('sent', 'logged', 'unknown')"
        " WHERE EXISTS (SELECT 1 FROM creators c WHERE c.person_id = n.person_id)"
        " AND NOT EXISTS (SELECT 1 FROM conversations v JOIN messages i ON i.conversation_id = v.id"
        " WHERE v.person_id = n.person_id AND i.direction = 'in' AND coalesce(i.kind, '') NOT IN ('bounce', 'auto_reply'))"
        " AND NOT EXISTS (SELECT 1 FROM collaborations l JOIN agreements g ON g.collaboration_id = l.id"
        f" WHERE l.person_id = n.person_id) GROUP BY n.person_id HAVING {due} <= {at.now}"
    )


def _more(head: str, many: str, condition: str, kind: str, at: Moment) -> str:
    """A campaign that lacks people to write to, when nobody who is picked is left to be."""
    return (
        _columns(head, "k.created_at", f"k.created_at + {_allowed(kind)}", of=_OF_CAMPAIGN, many=many)
        + f" FROM campaigns k WHERE k.state = 'active' AND {_MISSING} > 0 AND {condition} AND k.wanted > (SELECT count(*)"
        " FROM collaborations l JOIN agreements g ON g.collaboration_id = l.id AND g.ended_at IS NULL"
        " WHERE l.campaign_id = k.id)"
        f" AND NOT EXISTS (SELECT 1 FROM collaborations l WHERE l.campaign_id = k.id AND {_can_be_written_to(at.cut)})"
    )


def _can_be_written_to(cut: CutOff) -> str:
    return f"l.state = 'shortlisted' AND NOT {_one_of(cut.barred | cut.came_back)} AND NOT {IN_HAND}"


def _one_of(persons: AbstractSet[int]) -> str:
    return f"(l.person_id IN ({', '.join(str(int(each)) for each in sorted(persons))}))" if persons else "(1 = 0)"


_ENDS: Final = ", ".join(f"'{each.name}'" for each in pipeline().side if each.name != "paused")
"""States that nothing follows."""
_SINCE: Final = "coalesce(l.state_at, l.created_at)"

_HAS_PRODUCT: Final = (
    "EXISTS (SELECT 1 FROM terms t WHERE t.collaboration_id = l.id AND t.slot = 'product' AND t.waived = 0"
    " AND t.value IS NOT NULL)"
)
"""Whether the terms of a collaboration `l` name something to send."""

# As `model.shortlist.outreach_target` rounds: up, but not for what floating point adds.
_EXACT: Final = "round(k.wanted * k.outreach_ratio, 6)"
_MISSING: Final = (
    f"(CAST({_EXACT} AS INTEGER) + ({_EXACT} > CAST({_EXACT} AS INTEGER)) - (SELECT count(*) FROM collaborations l"
    f" WHERE l.campaign_id = k.id AND ({CONTACTED} OR {IN_HAND})))"
)
"""How many more people of a campaign `k` should be written to, beside those who were or will be."""
_FREE: Final = (
    "(SELECT count(*) FROM picks p WHERE p.campaign_id = k.id AND p.verdict = 'reserve' AND NOT EXISTS (SELECT 1"
    f" FROM collaborations l WHERE l.campaign_id = k.id AND l.person_id = p.person_id AND ({CONTACTED} OR {IN_HAND}"
    " OR l.state NOT IN ('discovered', 'vetted'))))"
)
"""How many of its reserve nobody has written to."""


def _days(state: str) -> int:
    row = pipeline().state_named(state)
    return (row.days if row and row.days else 0) * DAY_MS


def _between(first: str, last: str) -> str:
    names = [state.name for state in pipeline().state]
    return ", ".join(f"'{each}'" for each in names[names.index(first) : names.index(last) + 1])


_OF: Final[dict[str, Callable[[str, Moment], str]]] = {
    "doubt": _doubt,
    "paused_mailbox": _paused_mailbox,
    "confirm": _confirm,
    "reply": _answer(1),
    "unmatched": _answer(0),
    "parcel": _parcel,
    "review": _state("in_review", at_once=True),
    "approve": _approve,
    "go_live": _go_live,
    "contract": _state("contract_sent"),
    "to_ship": _to_ship,
    "quiet_parcel": _quiet_parcel,
    "terms": _state("negotiating"),
    "next_step": _state("agreed", "creating", "measuring", besides=f"(l.state = 'agreed' AND {_HAS_PRODUCT})"),
    "silent": _silent,
    "numbers": _numbers,
    "no_answer": _state("contacted", besides=IN_HAND),
    "refused": _refused,
    "no_address": _no_address,
    "barred": _barred,
    "to_contact": _to_contact,
    "reserve": _reserve,
    "too_few": _too_few,
    "retention": _retention,
}


def _waiting(row: Row) -> Waiting:
    return Waiting(
        kind=row["kind"],
        since=Millis(row["since"]),
        due=Millis(row["due"]),
        campaign=row["campaign"],
        collaboration=row["collaboration_id"],
        person=row["person_id"],
        ref=f"{row['platform']}:{row['handle']}" if row["platform"] else None,
        name=row["name"],
        conversation=row["conversation_id"],
        message=row["message_id"],
        number=row["number"],
        account=row["account"],
        many=row["many"],
        detail=row["detail"],
    )
