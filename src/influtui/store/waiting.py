"""What waits for a person, read in one statement from everything that is recorded: nothing is kept for it.

Each kind of `model/data/today.toml` is one SELECT with the same columns. What only becomes interesting when its time is
over (a quiet parcel, a state that lasts) is left out before.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any, Final

from influtui.model.pipeline import pipeline
from influtui.model.shipping import states as shipment_states
from influtui.model.times import Millis
from influtui.model.today import DAY_MS, HOUR_MS, Waiting, kind_named, kinds
from influtui.store.database import Reader, Row
from influtui.store.filters import Column, Noun
from influtui.store.picks import CONTACTED

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


async def listed(reader: Reader, now: Millis, condition: str, values: Sequence[Any]) -> list[Waiting]:
    """What waits and passes a condition over `noun`: what is late first, then by kind, the longest waiting on top."""
    rows = await reader.all(
        f"SELECT t.*, k.code AS campaign, a.platform, a.handle, coalesce(n.name, a.name) AS name {_from(now)}"
        f" WHERE {condition} ORDER BY t.due > {int(now)}, t.rank, t.due, t.collaboration_id, t.conversation_id",
        values,
    )
    return [_waiting(row) for row in rows]


async def counted(reader: Reader, now: Millis, condition: str, values: Sequence[Any]) -> dict[str, tuple[int, int]]:
    """How many wait of each kind, and how many of them are late."""
    rows = await reader.all(
        f"SELECT t.kind, count(*), sum(t.due <= {int(now)}) {_from(now)} WHERE {condition} GROUP BY t.kind", values
    )
    found = {kind: (int(many), int(late)) for kind, many, late in rows}
    return {kind.name: found[kind.name] for kind in kinds() if kind.name in found}


def _from(now: Millis) -> str:
    each = [f"SELECT * FROM ({select})" for select in _selects(int(now))]
    return (
        f"FROM ({' UNION ALL '.join(each)}) t"
        " LEFT JOIN campaigns k ON k.id = t.campaign_id LEFT JOIN persons n ON n.id = t.person_id"
        " LEFT JOIN creators a ON a.id = coalesce(t.creator_id, (SELECT id FROM creators"
        " WHERE person_id = t.person_id ORDER BY followers DESC, id LIMIT 1))"
    )


def _selects(now: int) -> Iterator[str]:
    for position, kind in enumerate(kinds()):
        yield _OF[kind.name](f"'{kind.name}' AS kind, {position} AS rank", now)


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


def _doubt(head: str, _now: int) -> str:
    return (
        _columns(head, "m.at", "m.at", of=_OF_CONVERSATION, conversation="v.id", message="m.id", detail="m.subject")
        + " FROM messages m JOIN conversations v ON v.id = m.conversation_id"
        " LEFT JOIN collaborations l ON l.id = v.collaboration_id WHERE m.state = 'unknown'"
    )


def _answer(matched: int) -> Callable[[str, int], str]:
    """A conversation that waits for us: of somebody we know, or (`matched` 0) of somebody we do not."""

    def select(head: str, _now: int) -> str:
        newest = (
            "(SELECT substr(m.body, 1, 200) FROM messages m WHERE m.conversation_id = v.id AND m.direction = 'in'"
            " ORDER BY m.at DESC, m.id DESC LIMIT 1)"
        )
        due = f"v.last_at + {_allowed('reply' if matched else 'unmatched')}"
        return (
            _columns(head, "v.last_at", due, of=_OF_CONVERSATION, conversation="v.id", detail=newest)
            + " FROM conversations v LEFT JOIN collaborations l ON l.id = v.collaboration_id"
            f" WHERE v.awaiting = 'us' AND v.matched = {matched} AND NOT EXISTS (SELECT 1 FROM messages m"
            " WHERE m.conversation_id = v.id AND m.unconfirmed IS NOT NULL)"
        )

    return select


def _confirm(head: str, _now: int) -> str:
    return (
        _columns(
            head, "m.at", f"m.at + {_allowed('confirm')}", of=_OF_CONVERSATION, conversation="v.id", message="m.id",
            detail="m.unconfirmed",
        )
        + " FROM messages m JOIN conversations v ON v.id = m.conversation_id"
        " LEFT JOIN collaborations l ON l.id = v.collaboration_id WHERE m.unconfirmed IS NOT NULL"
    )  # fmt: skip


def _paused_mailbox(head: str, _now: int) -> str:
    return (
        _columns(head, "s.paused_at", "s.paused_at", of=_OF_NOBODY, account="s.account", detail="s.why")
        + " FROM sender_pauses s WHERE s.resumed_at IS NULL"
    )


def _approve(head: str, _now: int) -> str:
    since = "min(m.at)"
    return (
        _columns(head, since, f"{since} + {_allowed('approve')}", of=_OF_CAMPAIGN, many="count(*)")
        + " FROM outbox o JOIN messages m ON m.id = o.message_id JOIN conversations v ON v.id = m.conversation_id"
        f" JOIN collaborations l ON l.id = v.collaboration_id {_RUNS}"
        " WHERE m.state = 'queued' AND o.approved_at IS NULL GROUP BY k.id"
    )


def _refused(head: str, now: int) -> str:
    return (
        _columns(
            head, "m.at", f"m.at + {_allowed('refused')}", of=_OF_CONVERSATION, conversation="v.id", message="m.id",
            detail="m.outcome",
        )
        + " FROM messages m JOIN conversations v ON v.id = m.conversation_id"
        " LEFT JOIN collaborations l ON l.id = v.collaboration_id"
        f" WHERE m.state = 'failed' AND m.at >= {now - _REFUSED_FOR} AND NOT EXISTS (SELECT 1 FROM messages o"
        " WHERE o.conversation_id = v.id AND o.id > m.id AND o.direction = 'out' AND o.state NOT IN ('failed', 'cancelled'))"
    )  # fmt: skip


def _parcel(head: str, _now: int) -> str:
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


def _quiet_parcel(head: str, now: int) -> str:
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
        f" WHERE s.state IN ({states}) AND {since} + {allowed} <= {now}"
    )


def _go_live(head: str, now: int) -> str:
    day = "CAST(strftime('%s', g.value) AS INTEGER) * 1000"
    return (
        _columns(head, day, f"{day} + {DAY_MS}", detail="g.value")
        + f" FROM terms g JOIN collaborations l ON l.id = g.collaboration_id {_RUNS}"
        f" WHERE g.slot = 'go_live' AND g.waived = 0 AND g.carried = 0 AND {day} <= {now}"
        f" AND l.state IN ({_between('agreed', 'scheduled')})"
        " AND NOT EXISTS (SELECT 1 FROM posts p WHERE p.collaboration_id = l.id)"
    )


def _to_ship(head: str, _now: int) -> str:
    return (
        _columns(head, _SINCE, f"{_SINCE} + {_days('agreed')}")
        + f" FROM collaborations l {_RUNS} WHERE l.state IN ('agreed', 'contracted') AND EXISTS (SELECT 1 FROM terms t"
        " WHERE t.collaboration_id = l.id AND t.slot = 'product' AND t.waived = 0 AND t.value IS NOT NULL)"
        " AND NOT EXISTS (SELECT 1 FROM shipments s WHERE s.collaboration_id = l.id AND s.state <> 'cancelled')"
    )


def _state(*states: str, at_once: bool = False, besides: str = "0") -> Callable[[str, int], str]:
    """A collaboration that stays in one of these states beyond its days, or (`at_once`) that is in it at all."""

    def select(head: str, now: int) -> str:
        days = " ".join(f"WHEN '{each}' THEN {_days(each)}" for each in states)
        due = f"{_SINCE} + CASE l.state {days} END"
        named = ", ".join(f"'{each}'" for each in states)
        late = "" if at_once else f" AND {due} <= {now}"
        shown = "replace(l.state, '_', ' ')"
        return (
            _columns(head, _SINCE, due, detail=shown)
            + f" FROM collaborations l {_RUNS} WHERE l.state IN ({named}) AND NOT {besides}{late}"
        )

    return select


def _numbers(head: str, now: int) -> str:
    live, read = (
        "coalesce(p.posted_at, p.recorded_at)",
        "(SELECT max(s.at) FROM post_snapshots s WHERE s.post_id = p.id)",
    )
    due = f"coalesce({read} + {7 * DAY_MS}, {live} + {_allowed('numbers')})"
    return (
        _columns(head, f"coalesce({read}, {live})", due, detail="p.url")
        + f" FROM posts p JOIN collaborations l ON l.id = p.collaboration_id {_RUNS}"
        f" WHERE {due} <= {now} AND coalesce({read}, 0) < {live} + {_NUMBERS_FOR}"
    )


def _to_contact(head: str, _now: int) -> str:
    return (
        _columns(head, f"min({_SINCE})", f"min({_SINCE}) + {_days('shortlisted')}", of=_OF_CAMPAIGN, many="count(*)")
        + f" FROM collaborations l {_RUNS} WHERE l.state = 'shortlisted' AND NOT {_IN_HAND} GROUP BY k.id"
    )


def _too_few(head: str, _now: int) -> str:
    # As `model.shortlist.outreach_target` rounds: up, but not for what floating point adds.
    exact = "round(k.wanted * k.outreach_ratio, 6)"
    target = f"(CAST({exact} AS INTEGER) + ({exact} > CAST({exact} AS INTEGER)))"
    contacted = f"(SELECT count(*) FROM collaborations l WHERE l.campaign_id = k.id AND {CONTACTED})"
    return (
        _columns(
            head,
            "k.created_at",
            f"k.created_at + {_allowed('too_few')}",
            of=_OF_CAMPAIGN,
            many=f"{target} - {contacted}",
        )
        + f" FROM campaigns k WHERE k.state = 'active' AND {contacted} < {target} AND k.wanted > (SELECT count(*)"
        " FROM collaborations l JOIN agreements g ON g.collaboration_id = l.id AND g.ended_at IS NULL"
        " WHERE l.campaign_id = k.id)"
        " AND NOT EXISTS (SELECT 1 FROM collaborations l WHERE l.campaign_id = k.id AND l.state = 'shortlisted')"
    )


_IN_HAND: Final = (
    "(EXISTS (SELECT 1 FROM enrolments e WHERE e.collaboration_id = l.id AND e.state IN ('running', 'paused'))"
    " OR EXISTS (SELECT 1 FROM conversations v JOIN messages m ON m.conversation_id = v.id"
    " WHERE v.collaboration_id = l.id AND m.state IN ('queued', 'deferred', 'in_data')))"
)
"""Whether a letter to the person of a collaboration `l` is on its way or will be written by a sequence."""
_SINCE: Final = "coalesce(l.state_at, l.created_at)"


def _days(state: str) -> int:
    row = pipeline().state_named(state)
    return (row.days if row and row.days else 0) * DAY_MS


def _between(first: str, last: str) -> str:
    names = [state.name for state in pipeline().state]
    return ", ".join(f"'{each}'" for each in names[names.index(first) : names.index(last) + 1])


_OF: Final[dict[str, Callable[[str, int], str]]] = {
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
    "refused": _refused,
    "quiet_parcel": _quiet_parcel,
    "terms": _state("negotiating"),
    "next_step": _state("creating", "measuring"),
    "numbers": _numbers,
    "no_answer": _state("contacted", besides=_IN_HAND),
    "to_contact": _to_contact,
    "too_few": _too_few,
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
