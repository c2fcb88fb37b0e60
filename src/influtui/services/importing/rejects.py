"""Rows that could not be taken, in a file beside the workspace with line and reason, ready to be mended and imported again."""

from __future__ import annotations

import csv
import os
from collections.abc import Sequence
from contextlib import suppress
from itertools import count
from pathlib import Path
from typing import IO, Any

import msgspec

from influtui.model.failures import Failure

FOLDER = "rejects"


class Rejects:
    """The rejects of one input. The file is made with the first of them."""

    def __init__(self, folder: Path, name: str, *, at: str, headers: Sequence[str] | None, dry_run: bool) -> None:
        stamp = at.replace(":", "").replace("-", "").partition(".")[0].removesuffix("Z")
        stem = "".join(char if char.isalnum() or char in "-_" else "-" for char in Path(name).stem)[:60] or "input"
        self._folder = folder / FOLDER
        self._name = f"{stem}-{stamp}"
        self._headers = headers
        self._dry_run = dry_run
        self._file: IO[str] | None = None
        self.path: Path | None = None

    def add(self, line: int, reason: str, original: Any) -> None:
        """Keep one row: its cells, its text, or nothing where there is nothing to keep."""
        if self._dry_run:
            return
        try:
            self._write(line, reason, original)
        except OSError as error:
            raise Failure(
                f"the rejected rows cannot be kept in {self._folder}: {error.strerror}",
                hint="Make room, or check the folder's permissions, and import again.",
            ) from error

    def _write(self, line: int, reason: str, original: Any) -> None:
        file = self._file or self._open()
        if self._headers is not None:
            cells = original if isinstance(original, (list, tuple)) else [] if original is None else [str(original)]
            csv.writer(file).writerow([line, reason, *cells])
        else:
            row = original.decode("utf-8", "replace") if isinstance(original, bytes) else original
            file.write(msgspec.json.encode({"line": line, "reason": reason, "row": row}).decode() + "\n")

    def close(self) -> None:
        """Finish the file."""
        if self._file is not None:
            self._file.close()
            self._file = None

    def _open(self) -> IO[str]:
        self._folder.mkdir(mode=0o700, exist_ok=True)
        ending = "ndjson" if self._headers is None else "csv"
        for number in count(1):
            again = "" if number == 1 else f"-{number}"
            self.path = self._folder / f"{self._name}{again}.{ending}"
            with suppress(FileExistsError):
                handle = os.open(self.path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
                self._file = os.fdopen(handle, "w", encoding="utf-8", errors="replace", newline="")
                break
        if self._file is None:
            raise RuntimeError("every name was taken")
        if self._headers is not None:
            csv.writer(self._file).writerow(["line", "reason", *self._headers])
        return self._file
