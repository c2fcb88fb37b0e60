"""The thread in which columns live: loaded there, asked there, one question at a time, the latest first to be heard.

A question that nobody waits for any more (its task was cancelled, because a newer one was asked) is interrupted inside
SQLite within a millisecond, or never begun. Every question runs in one read transaction of the thread's own connection.
"""

from __future__ import annotations

import asyncio
import queue
import sqlite3
import threading
from collections.abc import Callable
from concurrent.futures import Future
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TypeVar
from weakref import WeakKeyDictionary

from influtui.store import functions
from influtui.store.database import Database

if TYPE_CHECKING:
    from influtui.store.column_search import ColumnSearch

T = TypeVar("T")

WORTH_IT: Final = 5_000
"""Below so many accounts plain statements are fast enough (the slowest 20 ms), and nothing need be loaded."""

_M_MMAP_THRESHOLD: Final = -3
"""As glibc's malloc.h has it; another C library has no `mallopt`, or leaves it alone."""
_LARGE: Final = 2 << 20

Question = Callable[["ColumnSearch"], Any]


class ColumnEngine:
    """The columns of one database file. Costs nothing until `ready` or `ask` is called."""

    def __init__(self, path: Path, *, saves: bool) -> None:
        self._path = path
        self._saves = saves
        self._questions: queue.SimpleQueue[tuple[Question, Future[Any]] | None] = queue.SimpleQueue()
        self._thread: threading.Thread | None = None
        self._connection: sqlite3.Connection | None = None
        self._asked: Future[Any] | None = None
        self._lock = threading.Lock()
        self._loading: Future[Any] | None = None
        self._closing = threading.Event()
        self._learning = False
        self._has_columns = False
        self._patience = 50

    def ready(self) -> bool:
        """Whether columns are loaded; if not, begins to load them, and does not wait."""
        if self._loading is None and not self._closing.is_set():
            self._loading = self._put(self._warmed)
        return self.loaded

    @property
    def loaded(self) -> bool:
        """Whether columns are loaded. Begins nothing."""
        return self._has_columns

    async def ask(self, question: Callable[[ColumnSearch], T]) -> T:
        """The answer to a question that is put to the columns as they are now. Waits for them to be loaded.

        Cancelling the wait interrupts the question.
        """
        answer = self._put(question)
        try:
            found: T = await asyncio.wrap_future(answer)
        except asyncio.CancelledError:
            with self._lock:
                answer.cancel()
                if self._asked is answer and self._connection is not None:
                    self._connection.interrupt()
            raise
        return found

    def close(self) -> None:
        """End the thread, interrupting what it is at."""
        if self._thread is None:
            return
        self._closing.set()
        self._questions.put(None)
        self._thread.join()
        self._thread = None

    def _warmed(self, columns: ColumnSearch) -> None:
        """Make what the first questions need, frequent words too: without them a catalogue's first searches would take
        several times as long, and statements answer until this is done."""
        columns.warm()
        if self._connection is not None:
            _give_back(self._connection)
        while self._questions.empty() and columns.learn_word():
            pass

    def _put(self, question: Question) -> Future[Any]:
        answer: Future[Any] = Future()
        if self._thread is None:
            self._thread = threading.Thread(target=self._work, name="search", daemon=True)
            self._thread.start()
        self._questions.put((question, answer))
        with self._lock:
            if self._learning and self._connection is not None:
                self._connection.interrupt()
        return answer

    def _work(self) -> None:
        # numpy and its columns are imported here: nothing that starts the program waits for them.
        from influtui.store.column_search import ColumnSearch

        _keep_apart_what_is_large()
        connection = self._connect()
        columns = ColumnSearch(connection)
        try:
            idle = untidy = True
            while True:
                try:
                    asked = self._questions.get(block=idle)
                except queue.Empty:
                    idle = not self._learnt(columns, connection)
                    if untidy:
                        _give_back(connection)
                    untidy = not idle
                    continue
                if asked is None:
                    with suppress(sqlite3.Error):
                        self._saved(columns)
                    break
                new = not self._has_columns
                self._answer(columns, connection, *asked)
                if new:
                    _give_back(connection)
                idle = False
        finally:
            with self._lock:
                self._connection = None
            connection.close()

    def _learnt(self, columns: ColumnSearch, connection: sqlite3.Connection) -> bool:
        """Use a moment in which nobody asks. Returns whether there is more to do."""
        if columns.columns.seq < 0 or self._closing.is_set():
            return False
        try:
            if self._saved(columns):
                return True
            connection.execute("BEGIN")
            try:
                columns.refresh()
                # Only from here on a question may interrupt: a refresh that is cut short must be made anew in full.
                self._learning = True
                return columns.learn() or columns.worth_saving
            finally:
                self._learning = False
                connection.execute("COMMIT")
        except sqlite3.Error:
            # Nobody waits for this. Mostly it was interrupted by a question; it is tried again after that, a few times.
            self._patience -= 1
            return self._patience > 0

    def _saved(self, columns: ColumnSearch) -> bool:
        """Keep the columns for the next session, if they are worth it. Another session that writes goes first."""
        if not (self._saves and columns.worth_saving):
            return False
        connection = sqlite3.connect(
            f"{self._path.absolute().as_uri()}?mode=rw", uri=True, isolation_level=None, timeout=1
        )
        try:
            connection.execute("PRAGMA synchronous = NORMAL")
            columns.save(connection)
        finally:
            connection.close()
        return True

    def _connect(self) -> sqlite3.Connection:
        connection = sqlite3.connect(
            f"{self._path.absolute().as_uri()}?mode=ro", uri=True, isolation_level=None, check_same_thread=False
        )
        # Whatever it is at, closing ends it: the handler is called every few milliseconds of a statement.
        connection.set_progress_handler(self._closing.is_set, 20_000)
        connection.execute("PRAGMA busy_timeout = 2000")
        connection.execute("PRAGMA query_only = ON")
        connection.execute("PRAGMA cache_size = -4096")
        functions.give(connection)
        with self._lock:
            self._connection = connection
        return connection

    def _answer(
        self, columns: ColumnSearch, connection: sqlite3.Connection, question: Question, answer: Future[Any]
    ) -> None:
        with self._lock:
            if not answer.set_running_or_notify_cancel():
                return
            self._asked = answer
        found: Any = None
        failed: BaseException | None = None
        try:
            connection.execute("BEGIN")
            try:
                columns.refresh()
                if not self._has_columns:
                    _give_back(connection)
                found = question(columns)
            finally:
                self._has_columns = self._has_columns or columns.columns.seq >= 0
                connection.execute("COMMIT")
        except Exception as error:
            failed = error
        with self._lock:
            self._asked = None
        if failed is not None:
            answer.set_exception(failed)
        else:
            answer.set_result(found)


def _keep_apart_what_is_large() -> None:
    """Let glibc give large blocks back the moment they are freed, instead of keeping them for later ones of any size.

    Without this it raises its bound to the largest block that it met, and keeps what columns needed once.
    """
    with suppress(OSError, AttributeError):
        import ctypes

        ctypes.CDLL(None).mallopt(_M_MMAP_THRESHOLD, _LARGE)


def _give_back(connection: sqlite3.Connection) -> None:
    """Give back what loading took and searching does not need: SQLite's pages, and what glibc keeps of freed memory.

    Of a million accounts that is a quarter of the thread's memory.
    """
    with suppress(sqlite3.Error):
        connection.execute("PRAGMA shrink_memory")
    with suppress(OSError, AttributeError):
        import ctypes

        ctypes.CDLL(None).malloc_trim(0)


_engines: Final[WeakKeyDictionary[Database, ColumnEngine]] = WeakKeyDictionary()


def engine_of(database: Database) -> ColumnEngine:
    """The engine of an open database; it ends with it."""
    engine = _engines.get(database)
    if engine is None:
        engine = _engines[database] = ColumnEngine(database.path, saves=not database.read_only)
        database.when_closing(engine.close)
    return engine
