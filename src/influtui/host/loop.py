"""A plugin's own event loop, in a thread of its own: what happens there cannot freeze the screen, nor another plugin.

A call that waits too long is cancelled. A call that blocks the thread cannot be: the caller gets an error that names the
blocking line, the next call gets a new thread, and the old one ends with the next line of Python that it runs. So a loop
without an end does not burn the processor for good; what blocks in C (a `sleep`, a pattern) ends when that comes back.
"""

from __future__ import annotations

import asyncio
import ctypes
import sys
import sysconfig
import threading
from collections.abc import Awaitable, Callable
from concurrent.futures import Future
from contextlib import suppress
from typing import Final, Generic, TypeVar

T = TypeVar("T")

LIBRARY: Final = sysconfig.get_path("stdlib")
GRACE_S: Final = 0.25
"""How much longer than its limit a call is waited for, before its thread is taken to be blocked."""


class Hung(Exception):
    """A call did not come back in time. `where` is the line that blocks the thread; None where it only waited."""

    def __init__(self, seconds: float, where: str | None) -> None:
        super().__init__(f"no answer within {seconds:g} s")
        self.seconds = seconds
        self.where = where


class Crashed(Exception):
    """Something that is no ordinary exception left the plugin (`SystemExit`, `KeyboardInterrupt`, …)."""


class _GivenUp(BaseException):
    """Raised in a thread that nobody waits for any more."""


class PluginLoop:
    """An event loop in its own thread, started on first use. Close it when done."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._runner: _Runner | None = None

    async def call(self, make: Callable[[], Awaitable[T]], *, limit_s: float) -> T:
        """Run `await make()` over there. Raises `Hung` after `limit_s`, `Crashed`, or what the call itself raised."""
        runner = self._running()
        pending = runner.submit(make, limit_s)
        try:
            return (await asyncio.wait_for(asyncio.wrap_future(pending), limit_s + GRACE_S)).value()
        except TimeoutError:
            where = runner.busy_with()
            runner.abandon()
            if where is not None:
                runner.interrupt()
            self._runner = None
            raise Hung(limit_s, where) from None

    async def close(self) -> None:
        """End the thread; what still runs there is cancelled. One that blocks is left behind."""
        if self._runner is not None:
            runner, self._runner = self._runner, None
            runner.abandon()
            await asyncio.to_thread(runner.thread.join, 2)

    def _running(self) -> _Runner:
        if self._runner is None or not self._runner.thread.is_alive():
            self._runner = _Runner(self._name)
        return self._runner


class _Outcome(Generic[T]):
    """How a call ended. Exceptions travel as values: some of them would end the loop on their way."""

    def __init__(self, result: T | None, error: BaseException | None) -> None:
        self._result = result
        self._error = error

    def value(self) -> T:
        if isinstance(self._error, Exception):
            raise self._error
        if self._error is not None:
            raise Crashed(f"{type(self._error).__name__}: {self._error}") from self._error
        return self._result  # type: ignore[return-value]  # None is a T where there was no error


class _Runner:
    def __init__(self, name: str) -> None:
        self._loop = asyncio.new_event_loop()
        self._ended = False
        self.thread = threading.Thread(target=self._run, name=f"plugin-{name}", daemon=True)
        self.thread.start()

    def submit(self, make: Callable[[], Awaitable[T]], limit_s: float) -> Future[_Outcome[T]]:
        async def guarded() -> _Outcome[T]:
            limit = asyncio.timeout(limit_s)
            try:
                async with limit:
                    return _Outcome(await make(), None)
            except TimeoutError as error:
                return _Outcome(None, Hung(limit_s, None) if limit.expired() else error)
            except asyncio.CancelledError:
                if (task := asyncio.current_task()) is not None and task.cancelling():
                    raise
                return _Outcome(None, Crashed("it cancelled itself"))
            except BaseException as error:  # whatever a plugin raises is the plugin's affair
                return _Outcome(None, error)

        return asyncio.run_coroutine_threadsafe(guarded(), self._loop)

    def busy_with(self) -> str | None:
        """The plugin's line that the thread is in, as `file:line (function)`; None where it is only waiting."""
        frame = sys._current_frames().get(self.thread.ident or 0)
        while frame is not None and frame.f_code.co_filename.startswith("<"):
            frame = frame.f_back
        if frame is None or frame.f_code.co_filename.endswith(("selectors.py", "base_events.py", "selector_events.py")):
            return None
        inner = frame
        while frame is not None and frame.f_code.co_filename.startswith(LIBRARY):
            frame = frame.f_back  # what the plugin called says less than where it called it
        frame = inner if frame is None or frame.f_code.co_filename == __file__ else frame
        return f"{frame.f_code.co_filename}:{frame.f_lineno} ({frame.f_code.co_name})"

    def abandon(self) -> None:
        """Ask the thread to end as soon as it can."""
        self._ended = True
        with suppress(RuntimeError):  # closed already
            self._loop.call_soon_threadsafe(self._loop.stop)

    def interrupt(self) -> None:
        """End what the thread is doing at its next line of Python, whatever that is."""
        if self.thread.ident is not None:
            ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(self.thread.ident), ctypes.py_object(_GivenUp))

    def _run(self) -> None:
        with suppress(_GivenUp):
            self._served()

    def _served(self) -> None:
        while not self._ended:
            # A task of a plugin's own that raises SystemExit ends `run_forever`; the others go on.
            with suppress(BaseException):
                self._loop.run_forever()
        with suppress(BaseException):
            left = asyncio.all_tasks(self._loop)
            for task in left:
                task.cancel()
            self._loop.run_until_complete(asyncio.wait_for(asyncio.gather(*left, return_exceptions=True), 1))
        with suppress(BaseException):
            self._loop.run_until_complete(self._loop.shutdown_asyncgens())
        self._loop.close()
