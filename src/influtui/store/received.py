"""Messages that came in: what is known to match them against, the bytes they came as, and how far each folder was read.

Not journaled row by row, like the outbox: a message that came in is nobody's act and cannot be taken back. What somebody
makes of it (its class, whose it is) is.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final, NamedTuple

from influtui.model.suppression import email_key
from influtui.store.database import Reader, Row, Transaction

_CHUNK: Final = 400
_SUBJECT_DAYS: Final = 30 * 86_400_000


class Known(NamedTuple):
    """A message that we have, by one of the ids it goes by."""

    message: int
    conversation: int
    person: int
    collaboration: int | None
    direction: str
    state: str
    account: str | None


class Folder(NamedTuple):
    """How far a folder was read."""

    validity: int
    next_uid: int
    modseq: int | None


class Learned(NamedTuple):
    """What a test mail taught about a mailbox; None where it was not tested."""

    files_sent: bool | None
    authserv_id: str | None
    synced_at: int | None


async def by_ids(reader: Reader, ids: Iterable[str]) -> dict[str, Known]:
    """Which of these message ids are of messages that we have. What we wrote goes before what came in."""
    found: dict[str, Known] = {}
    for row in await _in_chunks(
        reader,
        "SELECT m.message_id, m.id, m.conversation_id, c.person_id, c.collaboration_id, m.direction, m.state, c.account"
        " FROM messages m JOIN conversations c ON c.id = m.conversation_id WHERE m.message_id IN ({})",
        sorted(set(ids)),
    ):
        known = Known(*tuple(row)[1:])
        if row["message_id"] not in found or known.direction == "out":
            found[row["message_id"]] = known
    return found


async def letters(reader: Reader, ids: Iterable[str]) -> dict[str, Known]:
    """The letters of ours, sent from here, that have these message ids."""
    rows = await _in_chunks(
        reader,
        "SELECT m.message_id, m.id, m.conversation_id, c.person_id, c.collaboration_id, m.direction, m.state, c.account"
        " FROM messages m JOIN outbox o ON o.message_id = m.id JOIN conversations c ON c.id = m.conversation_id"
        " WHERE m.message_id IN ({})",
        sorted(set(ids)),
    )
    return {row["message_id"]: Known(*tuple(row)[1:]) for row in rows}


async def digests(reader: Reader, wanted: Iterable[str]) -> dict[str, int]:
    """Which of these messages are here already, by their digest."""
    rows = await _in_chunks(reader, "SELECT digest, message_id FROM received WHERE digest IN ({})", sorted(set(wanted)))
    return {row["digest"]: row["message_id"] for row in rows}


async def people_of_ours(reader: Reader) -> dict[str, int]:
    """The addresses of everybody whom we wrote to, picked or work with, and whose they are."""
    rows = await reader.all(
        "WITH ours AS (SELECT person_id FROM conversations UNION SELECT person_id FROM picks"
        " UNION SELECT person_id FROM collaborations)"
        " SELECT email, person_id FROM creators WHERE email IS NOT NULL AND person_id IN ours"
        " UNION ALL SELECT email, id FROM persons WHERE email IS NOT NULL AND id IN ours"
        " UNION ALL SELECT address, person_id FROM conversations WHERE channel = 'email' AND address IS NOT NULL"
    )
    return {email_key(row[0]): row[1] for row in rows}


async def people_at(reader: Reader, addresses: Iterable[str]) -> dict[str, int]:
    """Whose these addresses are among all people we know of. Reads every account once, however many are asked for."""
    wanted = sorted({form for each in addresses for form in (each.strip().casefold(), email_key(each))})
    found: dict[str, int] = {}
    for statement in (
        "SELECT email, person_id FROM creators WHERE email IS NOT NULL AND lower(email) IN ({})",
        "SELECT email, id FROM persons WHERE email IS NOT NULL AND lower(email) IN ({})",
    ):
        for row in await _in_chunks(reader, statement, wanted):
            found[email_key(row[0])] = row[1]
    return found


async def conversations_of(reader: Reader, persons: Iterable[int]) -> dict[int, list[Row]]:
    """The conversations by mail with these people, the newest first."""
    found: dict[int, list[Row]] = {}
    for row in await _in_chunks(
        reader,
        "SELECT id, person_id, collaboration_id, subject, account, address, last_at FROM conversations"
        " WHERE channel = 'email' AND person_id IN ({}) ORDER BY last_at DESC, id DESC",
        sorted(set(persons)),
    ):
        found.setdefault(row["person_id"], []).append(row)
    return found


async def subjects_since(reader: Reader, account: str, now: int) -> set[str]:
    """The subjects of what this mailbox wrote lately."""
    rows = await reader.all(
        "SELECT DISTINCT m.subject FROM messages m JOIN outbox o ON o.message_id = m.id"
        " WHERE o.account = ? AND m.at >= ? AND m.subject IS NOT NULL",
        (account, now - _SUBJECT_DAYS),
    )
    return {row[0] for row in rows}


async def first_letter(reader: Reader, account: str) -> int | None:
    """When this mailbox first wrote to anybody."""
    rows = await reader.all(
        "SELECT min(m.at) AS at FROM messages m JOIN outbox o ON o.message_id = m.id WHERE o.account = ?", (account,)
    )
    return rows[0]["at"] if rows else None


async def latest_letters(reader: Reader, conversations: Iterable[int]) -> dict[int, tuple[int, int]]:
    """When we first and last wrote in each conversation."""
    rows = await _in_chunks(
        reader,
        "SELECT conversation_id, min(at) AS first, max(at) AS last FROM messages WHERE direction = 'out'"
        " AND state IN ('sent', 'unknown', 'in_data', 'logged', 'failed') AND conversation_id IN ({})"
        " GROUP BY conversation_id",
        sorted(set(conversations)),
    )
    return {row["conversation_id"]: (row["first"], row["last"]) for row in rows}


async def with_enrolments(reader: Reader, persons: Iterable[int]) -> set[int]:
    """Which of these people are in a sequence that has not ended."""
    rows = await _in_chunks(
        reader,
        "SELECT DISTINCT l.person_id FROM enrolments e JOIN collaborations l ON l.id = e.collaboration_id"
        " WHERE e.state IN ('running', 'paused') AND l.person_id IN ({})",
        sorted(set(persons)),
    )
    return {int(row[0]) for row in rows}


async def unmatched_from(reader: Reader, account: str, address: str) -> Row | None:
    """The conversation with a sender of whom nobody knows who it is."""
    rows = await reader.all(
        "SELECT id, person_id FROM conversations WHERE address = ? AND account = ? AND matched = 0 ORDER BY id DESC LIMIT 1",
        (address, account),
    )
    return rows[0] if rows else None


async def stand_in(transaction: Transaction) -> int:
    """A person for a sender of whom nobody knows who it is."""
    person = await transaction.next_ids("persons", 1)
    await transaction.run("INSERT INTO persons (id, created_at) VALUES (?, ?)", (person, transaction.at))
    return person


async def begin_conversation(
    transaction: Transaction,
    *,
    person: int,
    creator: int | None,
    account: str,
    address: str,
    subject: str | None,
    at: int,
    is_matched: bool,
) -> int:
    """A conversation by mail that the other side began. It waits for us."""
    conversation = await transaction.insert(
        "INSERT INTO conversations (person_id, creator_id, channel, account, address, subject, last_at, awaiting, matched)"
        " VALUES (?, ?, 'email', ?, ?, ?, ?, 'us', ?)",
        (person, creator, account, address, subject, at, int(is_matched)),
    )
    transaction.touched("conversations", [conversation])
    return conversation


async def stands_for_nobody(reader: Reader, person: int) -> bool:
    """Whether a person was only made for a sender whom nobody knew, and nothing is left of that."""
    rows = await reader.all(
        "SELECT 1 FROM persons p WHERE p.id = ? AND p.name IS NULL AND p.email IS NULL"
        " AND NOT EXISTS (SELECT 1 FROM creators WHERE person_id = p.id)"
        " AND NOT EXISTS (SELECT 1 FROM conversations WHERE person_id = p.id)"
        " AND NOT EXISTS (SELECT 1 FROM notes WHERE person_id = p.id)"
        " AND NOT EXISTS (SELECT 1 FROM shipments WHERE person_id = p.id)"
        " AND NOT EXISTS (SELECT 1 FROM collaborations WHERE person_id = p.id)",
        (person,),
    )
    return bool(rows)


async def recipient_of(reader: Reader, letter: int) -> str | None:
    """Whom a letter of ours was sent to."""
    rows = await reader.all("SELECT recipient FROM messages WHERE id = ?", (letter,))
    return rows[0]["recipient"] if rows else None


async def add(
    transaction: Transaction, messages: Sequence[Mapping[str, Any]], received: Sequence[Mapping[str, Any]]
) -> list[int]:
    """Messages with the bytes that they came as, in one go. Returns their ids."""
    if not messages:
        return []
    row = await transaction.one("SELECT coalesce(max(seq), 0) + 1 FROM sqlite_sequence WHERE name = 'messages'")
    first = int(row[0]) if row else 1
    ids = list(range(first, first + len(messages)))
    # The text index takes them in one go, with messages as with creators: see schema/0017.
    await transaction.run("INSERT INTO message_text_later (one) VALUES (1)")
    await _insert(transaction, "messages", [{"id": id_, **each} for id_, each in zip(ids, messages, strict=True)])
    await transaction.run("DELETE FROM message_text_later")
    await transaction.run(
        "INSERT INTO message_text (rowid, subject, body)"
        " SELECT id, subject, body FROM message_words WHERE id BETWEEN ? AND ?",
        (ids[0], ids[-1]),
    )
    await _insert(
        transaction, "received", [{"message_id": id_, **each} for id_, each in zip(ids, received, strict=True)]
    )
    transaction.touched_run("messages", ids[0], ids[-1])
    return ids


async def raw(reader: Reader, message: int) -> Row | None:
    """A message as it came: `packing.unpacked` gives its bytes back."""
    rows = await reader.all(
        "SELECT r.*, m.message_id AS id FROM received r JOIN messages m ON m.id = r.message_id WHERE r.message_id = ?",
        (message,),
    )
    return rows[0] if rows else None


async def moved(transaction: Transaction, places: Sequence[tuple[str, str, int, int]]) -> None:
    """Messages that we have were seen elsewhere: digest, folder, validity, UID."""
    await transaction.many(
        "UPDATE received SET folder = ?2, validity = ?3, uid = ?4 WHERE digest = ?1",
        places,
    )


async def spoken(transaction: Transaction, turns: Mapping[int, tuple[str | None, int]]) -> None:
    """Whose turn it is in conversations (None: as it was), and when the newest message came."""
    await transaction.many(
        "UPDATE conversations SET awaiting = coalesce(?, awaiting), last_at = max(last_at, ?), version = version + 1"
        " WHERE id = ?",
        [(awaiting, at, conversation) for conversation, (awaiting, at) in turns.items()],
    )
    transaction.touched("conversations", turns)


async def folders(reader: Reader, account: str) -> dict[str, Folder]:
    """How far each folder of a mailbox was read, by name."""
    rows = await reader.all("SELECT * FROM mail_folders WHERE account = ?", (account,))
    return {row["folder"]: Folder(row["validity"], row["next_uid"], row["modseq"]) for row in rows}


async def read_up_to(
    transaction: Transaction, account: str, folder: str, at: Folder, *, looked: int = 0, kept: int = 0
) -> None:
    """Write down how far a folder was read. A folder that is numbered anew begins anew."""
    await transaction.run(
        "INSERT INTO mail_folders (account, folder, validity, next_uid, modseq, synced_at, looked, kept)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (account, folder) DO UPDATE SET"
        " next_uid = CASE WHEN validity = excluded.validity THEN max(next_uid, excluded.next_uid) ELSE excluded.next_uid END,"
        " validity = excluded.validity, modseq = excluded.modseq, synced_at = excluded.synced_at,"
        " looked = looked + excluded.looked, kept = kept + excluded.kept",
        (account, folder, at.validity, at.next_uid, at.modseq, transaction.at, looked, kept),
    )


async def learned(reader: Reader, address: str) -> Learned:
    """What is known of a mailbox by a test."""
    rows = await reader.all("SELECT * FROM mailboxes WHERE address = ?", (address,))
    if not rows:
        return Learned(None, None, None)
    files = rows[0]["files_sent"]
    return Learned(None if files is None else bool(files), rows[0]["authserv_id"], rows[0]["synced_at"])


async def learn(transaction: Transaction, address: str, *, files_sent: bool | None, authserv_id: str | None) -> None:
    """Keep what a test taught."""
    await transaction.run(
        "INSERT INTO mailboxes (address, files_sent, authserv_id, tested_at) VALUES (?, ?, ?, ?) ON CONFLICT (address)"
        " DO UPDATE SET files_sent = excluded.files_sent, authserv_id = excluded.authserv_id, tested_at = excluded.tested_at",
        (address, files_sent, authserv_id, transaction.at),
    )


async def synced(transaction: Transaction, address: str) -> None:
    """A mailbox was read to its end."""
    await transaction.run(
        "INSERT INTO mailboxes (address, synced_at) VALUES (?, ?) ON CONFLICT (address)"
        " DO UPDATE SET synced_at = excluded.synced_at",
        (address, transaction.at),
    )


async def last_synced(reader: Reader) -> dict[str, int]:
    """When each mailbox was last read to its end."""
    rows = await reader.all("SELECT address, synced_at FROM mailboxes WHERE synced_at IS NOT NULL")
    return {row["address"]: row["synced_at"] for row in rows}


async def rules(reader: Reader) -> list[Row]:
    """What corrections taught, the newest first."""
    return await reader.all("SELECT * FROM mail_rules ORDER BY id DESC")


async def _insert(transaction: Transaction, table: str, rows: Sequence[Mapping[str, Any]]) -> None:
    names = list(rows[0])
    marks = ", ".join("?" * len(names))
    await transaction.many(
        f"INSERT INTO {table} ({', '.join(names)}) VALUES ({marks})",
        [tuple(row[name] for name in names) for row in rows],
    )


async def _in_chunks(reader: Reader, statement: str, values: Sequence[Any]) -> list[Row]:
    rows: list[Row] = []
    for start in range(0, len(values), _CHUNK):
        some = values[start : start + _CHUNK]
        rows += await reader.all(statement.format(", ".join("?" * len(some))), list(some))
    return rows
