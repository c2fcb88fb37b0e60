"""Watches a plugin while it works, for the contract kit: what it may not do whatever it answers.

Held against it: to wait on the loop's thread (`time.sleep`), to open connections or start programs by itself, and to put
a secret into the environment or a file. Connections and programs are refused, so that a test needs no network.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import socket
import sys
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from functools import lru_cache
from importlib import import_module
from pathlib import Path
from typing import Any, Final

PAST_THE_HOST: Final = frozenset({"socket.connect", "socket.getaddrinfo", "subprocess.Popen", "os.system", "os.exec"})
WRITING: Final = os.O_WRONLY | os.O_RDWR


class Loop(asyncio.SelectorEventLoop):
    """An event loop whose clock can be put forward, so that a slow platform costs no time."""

    ahead = 0.0

    def time(self) -> float:
        """The loop's clock."""
        return super().time() + self.ahead


class Watch:
    """What was seen."""

    def __init__(self) -> None:
        self.wrong: list[str] = []
        self.written: list[str | bytes | os.PathLike[str]] = []
        self.environment: list[bytes] = []

    def event(self, name: str, args: tuple[Any, ...]) -> None:
        """One event of the interpreter's audit."""
        if name in PAST_THE_HOST:
            self.wrong.append(f"{name}{args!r}: only the host's client may be asked")
            raise ConnectionRefusedError("the contract kit is without network")
        if name == "os.putenv":
            self.environment.append(args[1] if isinstance(args[1], bytes) else os.fsencode(args[1]))
        elif name == "open" and not isinstance(args[0], int) and args[2] & WRITING and args[0] is not None:
            self.written.append(args[0])

    def hold(self, secrets: Iterable[str]) -> None:
        """Raise where something was seen that may not be."""
        assert not self.wrong, self.wrong[0]
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
    watch, here, real = Watch(), threading.get_ident(), time.sleep

    def sleep(seconds: float) -> None:
        if threading.get_ident() == here:
            watch.wrong.append(f"it blocks for {seconds} s: await asyncio.sleep instead of time.sleep")
        else:
            real(seconds)

    with _in_the_place_of(real, sleep, package):
        _watching.append(watch)
        try:
            yield
        finally:
            _watching.pop()
            watch.hold(secrets)


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


def changed_by_import(package: str, module: str) -> list[str]:
    """What of the process a new import of the package changes: logging, the environment, limits, the folder."""
    root, timeout = logging.getLogger(), socket.getdefaulttimeout()
    handlers, level, environment, folder, hook = root.handlers, root.level, dict(os.environ), Path.cwd(), sys.excepthook
    kept = {name: sys.modules.pop(name) for name in list(sys.modules) if name.partition(".")[0] == package}
    root.handlers = []
    root.setLevel(logging.WARNING)
    socket.setdefaulttimeout(None)
    try:
        with watched(package):
            import_module(module)
        found = {
            "logging": root.handlers or root.level != logging.WARNING,
            "the time limit of sockets": socket.getdefaulttimeout() is not None,
            "the environment": dict(os.environ) != environment,
            "the current folder": Path.cwd() != folder,
            "sys.excepthook": sys.excepthook is not hook,
        }
    finally:
        for name in [each for each in sys.modules if each.partition(".")[0] == package]:
            del sys.modules[name]
        sys.modules.update(kept)
        root.handlers = handlers
        root.setLevel(level)
        socket.setdefaulttimeout(timeout)
        sys.excepthook = hook
    return [name for name, changed in found.items() if changed]
