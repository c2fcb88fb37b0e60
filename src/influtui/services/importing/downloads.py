"""The downloads that platforms give of one's own account: who follows us, as leads that need no search.

Instagram: `followers_1.json` and its neighbours, alone or in the zip. TikTok: `user_data.json`, `user_data_tiktok.json`, or
`Follower.txt`. Who we follow ourselves is no lead and is taken only when that file is named.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final, NamedTuple

import msgspec

from influtui.model.failures import Failure
from influtui.model.profile_records import ProfileRecord
from influtui.services.importing.reading import LARGEST_DOCUMENT

_MARKS: Final = re.compile(rb'"(?:string_list_data|relationships_follow\w*|FansList|Follower List|FollowingList)"\s*:')
_FOLLOWERS_FILE: Final = re.compile(
    r"(?:^|/)(?:followers(?:_\d+)?\.json|user_data(?:_tiktok)?\.json|follower(?: ?list)?\.txt)$", re.I
)


class Download(NamedTuple):
    """What an account download holds: whose followers, where, and the entries that could not be read."""

    platform: str
    kind: str
    found_by: str | None
    records: list[ProfileRecord]
    unreadable: list[tuple[int, str, Any]]


def is_download(head: bytes) -> bool:
    """Whether the first bytes of a JSON document are those of an account download."""
    return bool(_MARKS.search(head)) or bool(
        re.match(rb'\s*\{\s*"(?:Activity|Your Activity|Profile And Settings|Profile|App Settings|Comment)"\s*:', head)
    )


def from_json(document: Any, name: str) -> Download | None:
    """The followers in a parsed document; None where it is no account download."""
    found = _instagram(document) or _tiktok(document)
    if found is not None and not found.records and not found.unreadable:
        raise Failure(f"{name} lists nobody", hint="Ask for the download again with “Followers” ticked.")
    return found


def from_text(text: str) -> Download:
    """TikTok's `Follower.txt`: blocks of `Date:` and `Username:`."""
    records = []
    unreadable: list[tuple[int, str, Any]] = []
    since: str | None = None
    for number, line in enumerate(text.splitlines(), 1):
        label, _, value = line.partition(":")
        if label.strip().casefold() == "date":
            since = value.strip()
        elif label.strip().casefold() in ("username", "user name"):
            if value.strip():
                records.append(_follower("tiktok", value.strip(), since))
            else:
                unreadable.append((number, "no handle", line))
            since = None
    return Download("tiktok", "tiktok_download", "own_follower", records, unreadable)


def from_zip(path: Path) -> Iterator[tuple[str, Download]]:
    """The follower lists in a download's zip, each with its name in it."""
    try:
        with zipfile.ZipFile(path) as archive:
            named = [entry for entry in archive.infolist() if _FOLLOWERS_FILE.search(entry.filename)]
            if not named:
                raise Failure(
                    f"{path.name} holds no list of followers",
                    hint="Ask Instagram or TikTok for the download in JSON; other files: unpack, and name them.",
                )
            for entry in sorted(named, key=lambda entry: entry.filename):
                if entry.file_size > LARGEST_DOCUMENT:
                    raise Failure(f"{entry.filename} in {path.name} is larger than {LARGEST_DOCUMENT >> 20} MB")
                content = archive.read(entry)
                if entry.filename.casefold().endswith(".txt"):
                    yield entry.filename, from_text(content.decode("utf-8", "replace"))
                    continue
                found = from_json(parsed(content, entry.filename), entry.filename)
                if found is not None:
                    yield entry.filename, found
    except (zipfile.BadZipFile, EOFError, OSError, RuntimeError, NotImplementedError) as error:
        raise Failure(f"{path.name} is a damaged archive: {error}", hint="Fetch it again.") from error


def parsed(content: bytes, name: str) -> Any:
    """A JSON document. Raises `Failure` for what is none."""
    try:
        return msgspec.json.decode(content)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        what = str(error) or "it is nested too deeply"
        raise Failure(f"{name} is not whole JSON: {what}", hint="Fetch it again. Nothing was imported.") from error


def _instagram(document: Any) -> Download | None:
    entries = document
    ours = True
    if isinstance(document, dict):
        key = next((key for key in document if key.startswith("relationships_follow")), None)
        if key is None:
            return None
        entries, ours = document[key], key == "relationships_followers"
    if not isinstance(entries, list) or not any(
        isinstance(each, dict) and "string_list_data" in each for each in entries
    ):
        return None
    records = []
    unreadable = []
    for number, entry in enumerate(entries, 1):
        said = entry.get("string_list_data") if isinstance(entry, dict) else None
        first = said[0] if isinstance(said, list) and said and isinstance(said[0], dict) else {}
        handle = first.get("value") or (entry.get("title") if isinstance(entry, dict) else None)
        if not handle and isinstance(first.get("href"), str):
            handle = first["href"].rstrip("/").rpartition("/")[2]
        if not isinstance(handle, str) or not handle.strip():
            unreadable.append((number, "no handle", msgspec.json.encode(entry)))
            continue
        moment = first.get("timestamp")
        since = _day(moment) if isinstance(moment, int) else None
        records.append(_follower("instagram", handle.strip(), since, ours=ours))
    return Download("instagram", "instagram_download", "own_follower" if ours else None, records, unreadable)


def _tiktok(document: Any) -> Download | None:
    fans = _below(document, "FansList", depth=4)
    if fans is None:
        return None
    records = []
    unreadable = []
    for number, entry in enumerate(fans if isinstance(fans, list) else [], 1):
        handle = entry.get("UserName") if isinstance(entry, dict) else None
        if not isinstance(handle, str) or not handle.strip():
            unreadable.append((number, "no handle", msgspec.json.encode(entry)))
            continue
        since = entry.get("Date")
        records.append(_follower("tiktok", handle.strip(), since if isinstance(since, str) else None))
    return Download("tiktok", "tiktok_download", "own_follower", records, unreadable)


def _below(document: Any, key: str, *, depth: int) -> Any:
    """The value of a key somewhere in nested objects: where TikTok puts the list has changed three times."""
    if not isinstance(document, dict) or depth == 0:
        return None
    if key in document:
        return document[key]
    return next(
        (found for value in document.values() if (found := _below(value, key, depth=depth - 1)) is not None), None
    )


def _follower(platform: str, handle: str, since: str | None, *, ours: bool = True) -> ProfileRecord:
    said = "follows us" if ours else "we follow them"
    day = since[:10] if since and re.match(r"\d{4}-\d\d-\d\d", since) else None
    return ProfileRecord(
        platform=platform,
        handle=handle,
        found_by="own_follower" if ours else None,
        found_detail=f"{said} since {day}" if day else None,
    )


def _day(seconds: int) -> str | None:
    try:
        return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%d") if seconds > 0 else None
    except (ValueError, OverflowError, OSError):
        return None
