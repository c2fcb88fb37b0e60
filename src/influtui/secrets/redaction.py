"""Strikes known secrets out of whatever is about to be seen or kept: messages, tracebacks, log records, answers.

The values are known to the whole process, because logs are. They are struck out in every form they travel in: as they are,
in a URL, in JSON, in base 64.
"""

from __future__ import annotations

import json
import logging
import threading
import traceback
from base64 import b64encode, urlsafe_b64encode
from typing import Any, Final
from urllib.parse import quote, quote_plus

from influtui.secrets.secret import REDACTED

_LOCK: Final = threading.Lock()
_FORMS: Final[set[str]] = set()
_ordered: tuple[str, ...] = ()
_guards_logs = False


def learn(value: str) -> None:
    """From now on `value` is struck out, of log records too."""
    global _ordered, _guards_logs
    with _LOCK:
        _FORMS.update(form for form in forms(value) if form)
        # The longest first: one form may be a part of another.
        _ordered = tuple(sorted(_FORMS, key=len, reverse=True))
        if not _guards_logs:
            _guards_logs = True
            logging.setLogRecordFactory(_Guarded(logging.getLogRecordFactory()))


def redacted(text: str) -> str:
    """`text` without any known secret."""
    for form in _ordered:
        if form in text:
            text = text.replace(form, REDACTED)
    return text


def redacted_bytes(body: bytes) -> bytes:
    """`body` without any known secret."""
    for form in _ordered:
        if (raw := form.encode()) in body:
            body = body.replace(raw, REDACTED.encode())
    return body


def redacted_tree(value: Any) -> Any:
    """Plain data (as msgspec's `to_builtins` makes it) without any known secret in its texts."""
    if not _ordered:
        return value
    if isinstance(value, str):
        return redacted(value)
    if isinstance(value, dict):
        return {redacted_tree(key): redacted_tree(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [redacted_tree(each) for each in value]
    return value


def forms(value: str) -> tuple[str, ...]:
    """A secret as it may be written down."""
    raw = value.encode()
    return (
        value,
        quote(value, safe=""),
        quote(value),
        quote_plus(value),
        json.dumps(value)[1:-1],
        json.dumps(value, ensure_ascii=False)[1:-1],
        repr(value)[1:-1],
        b64encode(raw).decode().rstrip("="),
        urlsafe_b64encode(raw).decode().rstrip("="),
    )


class _Guarded:
    """Makes log records that hold no secret: neither in the message, nor in its arguments, nor in a traceback."""

    def __init__(self, make: Any) -> None:
        self._make = make

    def __call__(self, *args: Any, **kwargs: Any) -> logging.LogRecord:
        record: logging.LogRecord = self._make(*args, **kwargs)
        try:
            said = record.getMessage()
        except Exception:  # wrong arguments are logging's own to complain of
            said = str(record.msg)
        if (clean := redacted(said)) != said:
            record.msg, record.args = clean, None
        if record.exc_info and record.exc_info[1] is not None:
            told = "".join(traceback.format_exception(record.exc_info[1])).rstrip("\n")
            if (clean := redacted(told)) != told:
                record.exc_text, record.exc_info = clean, None
        return record
