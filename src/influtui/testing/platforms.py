"""A platform in memory, for the contract kit: gives recorded answers, breaks them on demand, raises as the host's client does."""

from __future__ import annotations

import asyncio
import copy
import io
import logging
import warnings
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from typing import Any, Final

import msgspec

from influtui.api import Parameter, RateLimited, Reply, Transient, UpstreamChanged

Answer = tuple[int, Any]
"""A status, and a body: bytes as they are, anything else as JSON."""

Fault = Callable[[Reply], Reply]

Calls = int | Callable[[int], bool]
"""Which calls: the number of one (from 0), or a test of numbers."""

Path = tuple[str | int, ...]

MOST_CALLS: Final = 500
RETRY_AFTER_S: Final = 60
SLOW_S: Final = 9.0
"""Just below the host's limit for an answer."""


class Endless(BaseException):
    """One call to the source asks the platform without an end. Not an `Exception`: a plugin would go on."""


class Platform:
    """`influtui.api.Http` for tests. `change` puts another reply in the place of those to the calls `at`.

    The call number `hangs` is not answered; the call number `slow` as late as the host allows.
    """

    def __init__(
        self,
        answer: Callable[[str, Mapping[str, Parameter]], Answer],
        *,
        change: Fault | None = None,
        at: Calls | None = None,
        hangs: int | None = None,
        slow: int | None = None,
    ) -> None:
        self._answer = answer
        self.change = change
        self._at = at
        self._hangs = hangs
        self._slow = slow
        self._changed = False
        self.hanging = False
        self.asked: list[tuple[str, dict[str, Parameter]]] = []
        self.counted: list[tuple[str, str | None]] = []
        """By call: what the budgets know it as, and the key that it spends."""
        self.told: list[str] = []
        """By call: everything that the platform is sent, headers and bodies included."""

    async def get(
        self,
        path: str,
        parameters: Mapping[str, Parameter] | None = None,
        *,
        headers: Mapping[str, str] | None = None,
        method: str = "",
        key: str | None = None,
    ) -> Reply:
        """As the host's client: what is worth a type of its own is raised, all else comes back."""
        self.counted.append((method, key))
        self.told.append(repr((path, parameters, headers)))
        return await self._replied(path, parameters or {})

    async def post(
        self,
        path: str,
        parameters: Mapping[str, Parameter] | None = None,
        *,
        json: Any = None,
        form: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
        method: str = "",
        key: str | None = None,
    ) -> Reply:
        """Likewise. What the body asks stands with the parameters, so that `answer` sees it; secrets of a form do not."""
        self.counted.append((method, key))
        self.told.append(repr((path, parameters, headers, json, form)))
        asked = {name: value for name, value in (json or {}).items() if isinstance(value, str | int | list)}
        named = {name: value for name, value in (form or {}).items() if name == "grant_type"}
        return await self._replied(path, {**(parameters or {}), **asked, **named})

    async def _replied(self, path: str, parameters: Mapping[str, Parameter]) -> Reply:
        number = len(self.asked)
        self.asked.append((path, dict(parameters)))
        if number >= MOST_CALLS:
            raise Endless(f"{MOST_CALLS} calls, and no end")
        if number == self._hangs:
            self.hanging = True
            await asyncio.sleep(3_600)
        if number == self._slow:
            loop: Any = asyncio.get_running_loop()
            loop.ahead += SLOW_S
            for _ in range(5):
                await asyncio.sleep(0)
        await asyncio.sleep(0)
        status, body = self._answered(path, parameters)
        reply = Reply(status, {}, body if isinstance(body, bytes) else msgspec.json.encode(body))
        if self.change is not None and (self._at(number) if callable(self._at) else number == self._at):
            reply = self.change(reply)
            self._changed = True
        if reply.status == 429:
            raise RateLimited("too many calls", retry_after=RETRY_AFTER_S)
        if reply.status >= 500:
            raise Transient(f"out of order (status {reply.status})")
        if 300 <= reply.status < 400:
            raise UpstreamChanged(f"moved (status {reply.status})")
        return reply

    def _answered(self, path: str, parameters: Mapping[str, Parameter]) -> Answer:
        """What the author's answers say; what follows from a changed one they need not know."""
        try:
            return self._answer(path, parameters)
        except NotImplementedError:
            raise
        except Exception:
            if not self._changed:
                raise
            return 404, {"error": "not among the answers of this test"}


@contextmanager
def overheard() -> Iterator[io.StringIO]:
    """What is printed, logged and warned of in a block: whole only after it."""
    written = io.StringIO()
    listening = logging.StreamHandler(written)
    root = logging.getLogger()
    level = root.level
    root.addHandler(listening)
    root.setLevel(logging.DEBUG)
    try:
        with redirect_stdout(written), redirect_stderr(written), warnings.catch_warnings(record=True) as warned:
            warnings.simplefilter("always")
            yield written
        written.writelines(f"{each.message}\n" for each in warned)
    finally:
        root.removeHandler(listening)
        root.setLevel(level)


def _lost(reply: Reply) -> Reply:
    raise Transient("the connection was lost")


FAULTS: Final[dict[str, Fault]] = {
    "401": lambda reply: Reply(401, {}, b'{"error":"AuthRequired"}'),
    "403": lambda reply: Reply(403, {}, b"<html>forbidden</html>"),
    "404": lambda reply: Reply(404, {}, b'{"error":"Not found"}'),
    "400 without JSON": lambda reply: Reply(400, {}, b"bad request"),
    "429": lambda reply: Reply(429, {}, b""),
    "500": lambda reply: Reply(500, {}, b"oops"),
    "302": lambda reply: Reply(302, {}, b""),
    "a login page": lambda reply: Reply(200, {}, b"<!doctype html><title>Log in</title>"),
    "an empty body": lambda reply: Reply(200, {}, b""),
    "half a body": lambda reply: Reply(200, {}, reply.body[: len(reply.body) // 2]),
    "a list for an object": lambda reply: Reply(200, {}, b"[]"),
    "an object for a list": lambda reply: Reply(200, {}, b"{}"),
    "null": lambda reply: Reply(200, {}, b"null"),
    "a lost connection": _lost,
    "403 with the usual body": lambda reply: Reply(403, {}, reply.body),
    "a status that nobody foresaw": lambda reply: Reply(451, {}, reply.body),
}
"""What platforms do on bad days."""

REFUSALS: Final = frozenset(
    {
        "401",
        "403",
        "429",
        "500",
        "302",
        "a lost connection",
        "403 with the usual body",
        "a status that nobody foresaw",
    }
)
"""Those after which a search has no answer: an empty page would say that there is nobody."""


def without_each_key(body: bytes) -> Iterator[tuple[Path, bytes]]:
    """The body once without each key that any object in it has."""
    try:
        whole = msgspec.json.decode(body)
    except msgspec.DecodeError:
        return
    for path in list(_keys(whole, ())):
        changed = copy.deepcopy(whole)
        place = changed
        for step in path[:-1]:
            place = place[step]
        del place[path[-1]]
        yield path, msgspec.json.encode(changed)


def _keys(value: Any, path: Path) -> Iterator[Path]:
    if isinstance(value, dict):
        for key, inner in value.items():
            yield (*path, key)
            yield from _keys(inner, (*path, key))
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from _keys(inner, (*path, index))


IN_THOUSANDS: Final = ("12.3K", 12_300)
"""A count as some platforms write it, and what it is."""


def AN_ERROR_IN_AN_ANSWER(reply: Reply) -> Reply:  # noqa: N802 - a fault, as those in `FAULTS`
    """A failure with the status of a success."""
    return Reply(200, {}, b'{"error":{"code":"quota","message":"The quota of today is spent."}}')


BROKEN: Final[Mapping[str, Fault]] = {
    "an error with status 200": AN_ERROR_IN_AN_ANSWER,
    **{name: FAULTS[name] for name in ("half a body", "a login page", "an empty body", "null")},
}
"""Answers in which nothing stands that was asked for."""


def replaced(body: bytes, status: int | None = None) -> Fault:
    """Another body, or another status too, in the place of an answer."""
    return lambda reply: Reply(status or reply.status, reply.headers, body)


def oddly(body: bytes) -> Iterator[tuple[str, bytes]]:
    """The body with each value of its objects in turn of another kind; of a list, its first entry, and without that one."""
    try:
        whole = msgspec.json.decode(body)
    except msgspec.DecodeError:
        return
    for path, value in list(places_in(whole)):
        for wrong in _wrong_for(value, of_a_list=isinstance(path[-1], int)):
            yield f"{'.'.join(map(str, path))} = {wrong!r}", msgspec.json.encode(with_value(whole, path, wrong))
        if isinstance(value, list) and len(value) > 1:
            yield (
                f"the first of {'.'.join(map(str, path))} gone",
                msgspec.json.encode(with_value(whole, path, value[1:])),
            )


def _wrong_for(value: Any, *, of_a_list: bool) -> tuple[Any, ...]:
    if isinstance(value, bool):
        return (None,)
    if isinstance(value, int | float):
        return (None, IN_THOUSANDS[0], -1, True)
    if isinstance(value, str):
        return (None, IN_THOUSANDS[0], "-1") if value.isdigit() else (None, 7)
    return (None, "x") if of_a_list else (None,)


def places_in(value: Any, path: Path = ()) -> Iterator[tuple[Path, Any]]:
    """Every place in an answer and what stands there; of each list, its first entry."""
    steps: list[tuple[str | int, Any]] = []
    if isinstance(value, dict):
        steps = list(value.items())
    elif isinstance(value, list):
        steps = list(enumerate(value[:1]))
    for step, inner in steps:
        yield (*path, step), inner
        yield from places_in(inner, (*path, step))


def grown(body: bytes) -> bytes:
    """The body with each count one higher."""
    try:
        return msgspec.json.encode(_grown(msgspec.json.decode(body)))
    except msgspec.DecodeError:
        return body


def _grown(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: each if key.endswith("id") else _grown(each) for key, each in value.items()}
    if isinstance(value, list):
        return [_grown(each) for each in value]
    if isinstance(value, int) and not isinstance(value, bool):
        return value + 1
    return str(int(value) + 1) if isinstance(value, str) and value.isdecimal() else value


def with_value(whole: Any, path: Path, value: Any) -> Any:
    """A copy of an answer with another value in one place."""
    if not path:
        return value
    changed = copy.deepcopy(whole)
    place = changed
    for step in path[:-1]:
        place = place[step]
    place[path[-1]] = value
    return changed


def value_at(body: bytes, path: Path) -> Any:
    """What stands in one place of an answer."""
    at: Any = msgspec.json.decode(body)
    for step in path:
        at = at[step]
    return at


def values_in(value: Any) -> Iterator[Any]:
    """Every value in an answer, whole ones and their parts."""
    yield value
    inside = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    for each in inside:
        yield from values_in(each)


def list_of_entries(value: Any, path: Path = ()) -> Path | None:
    """Where the outermost list of at least two objects is."""
    if isinstance(value, list) and len(value) > 1 and isinstance(value[0], dict):
        return path
    inside = value.items() if isinstance(value, dict) else ()
    return next((found for key, each in inside if (found := list_of_entries(each, (*path, key))) is not None), None)
