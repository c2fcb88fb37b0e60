"""Watches a plugin while it works, for the contract kit: what it may not do whatever it answers.

Held against it: to wait on the loop's thread (`time.sleep`) or burn the processor, to open connections or start programs
by itself, to keep files, to print, to put a secret into the environment, and to change what belongs to the process.
Connections and programs are refused, so that a test needs no network.
"""

from __future__ import annotations

import asyncio
import atexit
import contextlib
import io
import logging
import os
import signal
import socket
import ssl
import sys
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from functools import lru_cache
from importlib import import_module
from pathlib import Path
from types import FrameType
from typing import Any, Final

from influtui.testing import process

PAST_THE_HOST: Final = frozenset({"socket.connect", "socket.getaddrinfo", "subprocess.Popen", "os.system", "os.exec"})
WRITING: Final = os.O_WRONLY | os.O_RDWR
BURNS_S: Final = 2.0
"""Seconds of the processor's own that one question may take: a page of the bundled sources takes a hundredth of one."""


class Misconduct(AssertionError):
    """Something that a plugin may not do, whatever it is answered."""


@contextmanager
def whatever_comes_of_it() -> Iterator[None]:
    """The answers of a test need not know what is asked in this block; how it is asked is held against the plugin still."""
    try:
        yield
    except Misconduct:
        raise
    except Exception:
        return


class Loop(asyncio.SelectorEventLoop):
    """An event loop whose clock can be put forward, so that a slow platform costs no time."""

    ahead = 0.0

    def time(self) -> float:
        """The loop's clock."""
        return super().time() + self.ahead


class Watch:
    """What was seen."""

    def __init__(self, package: str) -> None:
        self._package = package
        self.wrong: list[str] = []
        self.written: list[str | bytes | os.PathLike[str]] = []
        self.environment: list[bytes] = []

    def event(self, name: str, args: tuple[Any, ...]) -> None:
        """One event of the interpreter's audit."""
        if name in PAST_THE_HOST:
            where = process.place_in(self._package) or self._package
            asked = " ".join(map(str, args[0])) if isinstance(args[0], list | tuple) else args[0]
            self.wrong.append(f"{where}: {name} ({asked}): only the host's client may be asked: self.ctx.http")
            raise ConnectionRefusedError("the contract kit is without network")
        if name == "os.putenv":
            self.environment.append(args[1] if isinstance(args[1], bytes) else os.fsencode(args[1]))
        elif (
            name == "open" and not isinstance(args[0], int) and args[2] & WRITING and args[0] is not None
        ) or name == "sqlite3.connect":
            self._wrote(args[0])

    def _wrote(self, path: str | bytes | os.PathLike[str]) -> None:
        self.written.append(path)
        name = os.fsdecode(path)
        by_import = "__pycache__" in name or name == os.devnull
        if not by_import and (where := process.place_in(self._package)):
            self.wrong.append(f"{where}: it writes {name}: a plugin keeps no files; hand over what is to be kept")

    def hold(self, secrets: Iterable[str]) -> None:
        """Raise where something was seen that may not be."""
        if self.wrong:
            raise Misconduct(self.wrong[0])
        kept = list(self.environment)
        for path in {os.fsencode(each) for each in self.written}:
            with contextlib.suppress(OSError):
                kept.append(Path(os.fsdecode(path)).read_bytes())
        for secret in secrets:
            assert not any(secret.encode() in each for each in kept), "a secret is put into the environment or a file"


_watching: list[Watch] = []
_listens = False


def _heard(event: str, args: tuple[Any, ...]) -> None:
    if _watching:
        _watching[-1].event(event, args)


@contextmanager
def watched(package: str, secrets: Iterable[str] = ()) -> Iterator[None]:
    """Hold it against a plugin what it does in this block; what it raises is less worth telling."""
    global _listens  # an audit hook stays for good, so there is one
    if not _listens:
        sys.addaudithook(_heard)
        _listens = True
    watch, here, real = Watch(package), threading.get_ident(), time.sleep

    def sleep(seconds: float) -> None:
        if threading.get_ident() == here:
            where = process.place_in(package) or package
            watch.wrong.append(f"{where}: it blocks for {seconds} s: await asyncio.sleep instead of time.sleep")
        else:
            real(seconds)

    before = process.state()
    with _in_the_place_of(real, sleep, package), _heard_printing(watch, package), _not_for_ever(watch, package):
        _watching.append(watch)
        try:
            yield
        finally:
            _watching.pop()
            changed = process.changed(before)
            if changed:
                watch.wrong.append(
                    f"{package} changes {', '.join(changed)}: that belongs to the app and to all plugins"
                )
            watch.hold(secrets)


class _Heard(io.TextIOBase):
    """A stream that passes on what is written, and knows which plugin wrote it."""

    def __init__(self, onto: Any, watch: Watch, package: str) -> None:
        self._onto, self._watch, self._package = onto, watch, package

    def write(self, text: str) -> int:
        where = process.place_in(self._package)
        if where is not None and text.strip():
            said = text.strip()[:60]
            self._watch.wrong.append(
                f"{where}: it prints “{said}”, over the screen and into the JSON of commands: "
                "logging.getLogger(__name__) is for that"
            )
        return int(self._onto.write(text))

    def flush(self) -> None:
        self._onto.flush()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._onto, name)


@contextmanager
def _heard_printing(watch: Watch, package: str) -> Iterator[None]:
    """What is written to the terminal in this block is passed on, and held against the plugin."""
    out, err = sys.stdout, sys.stderr
    sys.stdout, sys.stderr = _Heard(out, watch, package), _Heard(err, watch, package)
    try:
        yield
    finally:
        sys.stdout, sys.stderr = out, err


@contextmanager
def _not_for_ever(watch: Watch, package: str) -> Iterator[None]:
    """Ends what burns the processor, and says where; where signals cannot be had, it goes on."""
    if threading.current_thread() is not threading.main_thread() or not hasattr(signal, "setitimer"):
        yield
        return

    def burns(_: int, frame: FrameType | None) -> None:
        where = process.place_in(package) or package
        watch.wrong.append(f"{where}: it holds the processor for {BURNS_S:g} s: a pattern or a loop without an end?")
        raise Misconduct(watch.wrong[-1])

    before = signal.signal(signal.SIGVTALRM, burns)
    signal.setitimer(signal.ITIMER_VIRTUAL, BURNS_S)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, before)


@lru_cache
def _modules(package: str, _: int) -> list[str]:
    """The loaded modules of a package; looked for again when there are more."""
    return [name for name in list(sys.modules) if name.partition(".")[0] == package]


@contextmanager
def _in_the_place_of(real: Callable[[float], None], ours: Callable[[float], None], package: str) -> Iterator[None]:
    """`time.sleep` is ours, also where a module of the package has taken it by name."""
    places = [vars(sys.modules[name]) for name in _modules(package, len(sys.modules))]
    held = [(names, name) for names in places for name, value in names.items() if value is real]
    time.sleep = ours  # type: ignore[assignment]
    for names, name in held:
        names[name] = ours
    try:
        yield
    finally:
        time.sleep = real  # type: ignore[assignment]
        for names, name in held:
            names[name] = real


def imported_anew(package: str, module: str) -> list[str]:
    """Import a package as if for the first time, watched. Gives what it wants done when the process ends."""
    root, limits = logging.getLogger(), vars(ssl)
    handlers, level, timeout = root.handlers, root.level, socket.getdefaulttimeout()
    hook, contexts, register = sys.excepthook, limits["_create_default_https_context"], atexit.register
    kept = {name: sys.modules.pop(name) for name in list(sys.modules) if name.partition(".")[0] == package}
    at_the_end: list[str] = []

    def registered(what: Callable[..., Any], *args: Any, **named: Any) -> Any:
        if where := process.place_in(package):
            at_the_end.append(where)
            return what
        return register(what, *args, **named)

    # An earlier import may have changed them already: they stand as nobody would set them.
    root.handlers = []
    root.setLevel(logging.WARNING)
    socket.setdefaulttimeout(None)
    limits["_create_default_https_context"] = lambda *args, **named: contexts(*args, **named)
    atexit.register = registered  # type: ignore[assignment]
    try:
        with watched(package):
            import_module(module)
    finally:
        for name in [each for each in sys.modules if each.partition(".")[0] == package]:
            del sys.modules[name]
        sys.modules.update(kept)
        root.handlers = handlers
        root.setLevel(level)
        socket.setdefaulttimeout(timeout)
        sys.excepthook = hook
        limits["_create_default_https_context"] = contexts
        atexit.register = register
    return at_the_end
