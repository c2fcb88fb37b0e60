"""An input opened: a file, a stream, a gzip. Gives blocks of whole lines in UTF-8, bounded in memory whatever comes.

What an input is (CSV, NDJSON, an account download) is told from its first bytes, not from its name. What cannot be a list
of creators (an empty file, a picture, one line of two gigabytes) is refused here, before anything is written.
"""

from __future__ import annotations

import codecs
import io
import os
import re
import select
import stat
import sys
import zlib
from collections.abc import Iterator
from itertools import chain
from pathlib import Path
from typing import IO, Final, Literal

from influtui.model.failures import Failure, NotFound

HEAD: Final = 65_536
BLOCK: Final = 1 << 20
LONGEST_LINE: Final = 8 << 20
"""Bytes of one line. An account with five hundred measurements and a thousand posts stays well below."""

LARGEST_DOCUMENT: Final = 256 << 20
"""Bytes of an account download, which is one JSON document and must be read whole."""

Shape = Literal["csv", "ndjson", "json", "text_download", "zip"]


class Input:
    """What to read from: `prepare` it, read its `blocks`, close it."""

    def __init__(self, path: Path | None) -> None:
        self.path = path
        self.name = path.name if path else "standard input"
        self.size: int | None = None
        self.modified_at: int | None = None
        """In milliseconds; None for a stream."""
        self.position = 0
        """Bytes read so far, before they were decompressed."""
        self.too_long: list[int] = []
        """Numbers of the lines that were left out because nothing is that long."""
        self.mended_lines = 0
        """Lines that were not UTF-8 and were read as Windows-1252 where they were not."""
        self.head = b""
        self._stopped = False
        self._text: Iterator[bytes] = iter(())
        self._file: IO[bytes] = self._open(path) if path else sys.stdin.buffer
        status = _status(self._file)
        self.waits = status is not None and not stat.S_ISREG(status.st_mode)
        """Whether reading may wait for somebody to write."""
        if path and status is not None and not self.waits:
            self.size = status.st_size
            self.modified_at = status.st_mtime_ns // 1_000_000

    def prepare(self) -> Shape:
        """Look at the first bytes. Raises `Failure` for what holds no list of creators."""
        raw = self._raw()
        first, raw = _peeked(raw)
        if first.startswith(b"\x1f\x8b"):
            first, raw = _peeked(self._gunzipped(raw))
        if not first:
            raise Failure(f"{self.name} is empty", hint="Nothing was imported.")
        if first.startswith(b"PK\x03\x04"):
            if b"[Content_Types].xml" in first or b"mimetypeapplication/vnd" in first[:200]:
                raise Failure(f"{self.name} is a spreadsheet’s own file", hint="Save it as CSV and import that.")
            return "zip"
        self.head, self._text = _peeked(_in_utf8(raw, first))
        if _is_binary(self.head):
            raise Failure(
                f"{self.name} is not text", hint="Import takes CSV, NDJSON, or the account download of a platform."
            )
        if not self.head.strip(b"\x00 \t\r\n"):
            raise Failure(f"{self.name} holds only blanks in its first {len(self.head):,} bytes", hint=NOTHING)
        return _shape(self.head)

    def blocks(self) -> Iterator[bytes]:
        """Blocks that end with a line's end (but the last). A line beyond `LONGEST_LINE` comes as an empty one, noted."""
        pending = b""
        line = 1
        skipping = False
        for block in self._text:
            if skipping:
                end = block.find(b"\n")
                if end < 0:
                    continue
                block, skipping = block[end:], False
            pending += block
            end = pending.rfind(b"\n") + 1
            if end:
                line += pending.count(b"\n", 0, end)
                yield pending[:end]
                pending = pending[end:]
            if len(pending) > LONGEST_LINE:
                if line == 1:
                    raise Failure(
                        f"{self.name} has no line end in its first {LONGEST_LINE >> 20} MB",
                        hint=f"A list of creators has one on each line. {NOTHING}",
                    )
                self.too_long.append(line)
                pending, skipping = b"", True
        if pending:
            yield pending

    def whole(self) -> bytes:
        """Everything, for a document that cannot be read in pieces."""
        parts = []
        size = 0
        for block in self._text:
            size += len(block)
            if size > LARGEST_DOCUMENT:
                raise Failure(
                    f"{self.name} is one document of more than {LARGEST_DOCUMENT >> 20} MB",
                    hint="Write it as NDJSON, one creator on each line.",
                )
            parts.append(block)
        return b"".join(parts)

    def text(self, block: bytes) -> str:
        """A block as text: UTF-8, and Windows-1252 for the bytes that are not."""
        try:
            return block.decode()
        except UnicodeDecodeError:
            return "\n".join(self._mended(line) for line in block.split(b"\n"))

    def stop(self) -> None:
        """Make a read that waits for a stream end soon."""
        self._stopped = True

    def close(self) -> None:
        """Let the file go."""
        self._stopped = True
        if self.path is not None:
            self._file.close()

    def _mended(self, line: bytes) -> str:
        try:
            return line.decode()
        except UnicodeDecodeError:
            self.mended_lines += 1
            return line.decode("utf-8", "surrogateescape").translate(_WINDOWS_1252)

    def _open(self, path: Path) -> IO[bytes]:
        try:
            if path.is_dir():
                raise Failure(
                    f"{path} is a folder", hint="Name the files in it, such as followers_1.json of a download."
                )
            return path.open("rb")
        except FileNotFoundError:
            raise NotFound(f"there is no file {path}", hint="Check the name.") from None
        except PermissionError:
            raise Failure(f"{path} may not be read", hint="Check its permissions.") from None
        except (OSError, ValueError) as error:
            raise Failure(f"{path} cannot be opened: {error}") from error

    def _raw(self) -> Iterator[bytes]:
        while True:
            try:
                block = self._available() if self.waits else self._file.read(BLOCK)
            except OSError as error:
                raise Failure(f"{self.name} cannot be read: {error.strerror}") from error
            if not block:
                return
            self.position += len(block)
            yield block

    def _available(self) -> bytes:
        """What a stream has, waited for in short steps so that `stop` is heard."""
        while not self._stopped:
            ready, _, _ = select.select([self._file], [], [], 0.2)
            if ready:
                return os.read(self._file.fileno(), BLOCK)
        return b""

    def _gunzipped(self, blocks: Iterator[bytes]) -> Iterator[bytes]:
        """The content of a gzip, in pieces of bounded size however well it was packed."""
        unpacker = zlib.decompressobj(wbits=31)
        try:
            for block in blocks:
                rest = block
                while rest:
                    if unpacker.eof:
                        unpacker = zlib.decompressobj(wbits=31)
                    yield unpacker.decompress(rest, BLOCK)
                    rest = unpacker.unconsumed_tail or unpacker.unused_data
        except zlib.error as error:
            raise Failure(f"{self.name} is a damaged gzip file", hint="Fetch it again.") from error
        if not unpacker.eof:
            raise Failure(f"{self.name} is cut off in the middle", hint="Fetch it again.")


NOTHING: Final = "Nothing was imported."

_WINDOWS_1252: Final = {
    0xDC00 + byte: bytes([byte]).decode("cp1252", "ignore") or chr(byte) for byte in range(0x80, 0x100)
}
"""From what `surrogateescape` makes of a byte to the character that Windows writes with it."""


def _status(file: IO[bytes]) -> os.stat_result | None:
    try:
        return os.fstat(file.fileno())
    except (OSError, io.UnsupportedOperation):
        return None


def _peeked(blocks: Iterator[bytes]) -> tuple[bytes, Iterator[bytes]]:
    """The first bytes (`HEAD` of them, or all), and the same blocks from their beginning."""
    taken: list[bytes] = []
    size = 0
    for block in blocks:
        taken.append(block)
        size += len(block)
        if size >= HEAD:
            break
    together = b"".join(taken)
    return together[:HEAD], chain([together], blocks)


def _in_utf8(blocks: Iterator[bytes], head: bytes) -> Iterator[bytes]:
    """The same text in UTF-8 without its mark, and with `\\n` where it had lone `\\r`."""
    wide = _utf16(head)
    if wide is not None:
        blocks = _transcoded(blocks, wide)
    elif head.startswith(codecs.BOM_UTF8):
        blocks = chain([next(blocks)[len(codecs.BOM_UTF8) :]], blocks)
    narrow = head.replace(b"\x00", b"") if wide else head
    if b"\r" in narrow and b"\n" not in narrow:
        blocks = (block.replace(b"\r", b"\n") for block in blocks)
    return blocks


def _transcoded(blocks: Iterator[bytes], encoding: str) -> Iterator[bytes]:
    decoder = codecs.getincrementaldecoder(encoding)("replace")
    for block in blocks:
        yield decoder.decode(block).encode("utf-8", "replace")
    yield decoder.decode(b"", final=True).encode("utf-8", "replace")


def _utf16(head: bytes) -> str | None:
    """Which UTF-16 a text is in, by its mark or by where its zeros stand; None for none."""
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    start = head[:1024]
    if len(start) < 4:
        return None
    even, odd = start[0::2].count(0) / len(start[0::2]), start[1::2].count(0) / len(start[1::2])
    if odd > 0.6 and even < 0.1:
        return "utf-16-le"
    if even > 0.6 and odd < 0.1:
        return "utf-16-be"
    return None


def _is_binary(head: bytes) -> bool:
    """Whether bytes are no text: many zeros or other controls that no writer of lists uses."""
    strange = len(head) - len(head.translate(None, bytes({*range(32)} - set(b"\t\n\r\x0b\x0c\x1b\x08"))))
    return strange > max(3, len(head) // 100)


def _shape(head: bytes) -> Shape:
    start = head.lstrip()
    if re.match(rb"(?i)<(?:!doctype|html)", start):
        raise Failure(
            "this is a page of HTML",
            hint="Ask the platform for the download in JSON; a list from elsewhere should be CSV or NDJSON.",
        )
    if re.match(rb"(?i)date: .*\r?\n(?:user ?name|userid): ", start):
        return "text_download"
    if start.startswith(b"["):
        return "json"
    if start.startswith(b"{"):
        line = start.partition(b"\n")[0].rstrip()
        return "ndjson" if line.endswith(b"}") or (len(line) == len(start) >= HEAD) else "json"
    return "csv"
