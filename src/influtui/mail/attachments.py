"""Names of attachments: what the sender calls a file, what it may be saved as, and when to be careful."""

from __future__ import annotations

import re
from typing import Final

BYTES: Final = 120
"""Of a saved file's name: every file system takes that many."""

_RISKY: Final = frozenset(
    {"app", "apk", "bat", "chm", "cmd", "com", "cpl", "dll", "dmg", "exe", "hta", "htm", "html", "iso", "img", "jar",
     "js", "jse", "lnk", "msi", "msp", "mst", "pif", "ps1", "psm1", "reg", "scr", "sct", "sh", "svg", "url", "vb",
     "vbe", "vbs", "vhd", "vhdx", "wsf", "wsh", "xht", "xhtml", "xll", "docm", "xlsm", "pptm", "dotm", "one"}
)  # fmt: skip
_HARMLESS: Final = frozenset(
    {"doc", "docx", "gif", "jpeg", "jpg", "mov", "mp4", "pdf", "png", "ppt", "pptx", "txt", "xls", "xlsx", "zip",
     "csv"}
)  # fmt: skip
_FORBIDDEN: Final = re.compile(r'[<>:"/\\|?*]')
_REVERSING: Final = re.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")
_DEVICES: Final = re.compile(r"(?:con|prn|aux|nul|com\d|lpt\d)(?:\.|$)", re.IGNORECASE)


def file_name(name: str, *, taken: frozenset[str] | set[str] = frozenset(), fallback: str = "attachment") -> str:
    """`name` as a file in a folder of ours can be called: no path, no dot in front, nothing that does not print.

    Names in `taken` (compared without case) are avoided by a number.
    """
    bare = re.split(r"[/\\]", name)[-1]
    bare = "".join(char if char == " " or char.isprintable() else "" for char in bare)
    bare = _FORBIDDEN.sub("_", " ".join(bare.split())).strip(" .") or fallback
    if _DEVICES.match(bare):
        bare = f"_{bare}"
    stem, dot, ending = bare.rpartition(".")
    if not stem or len(ending) > 10:
        stem, dot, ending = bare, "", ""
    tried, number = _cut(stem, dot + ending), 2
    while tried.casefold() in taken:
        tried, number = _cut(stem, f"-{number}{dot}{ending}"), number + 1
    return tried


def warning(name: str) -> str | None:
    """Why to be careful with a file of this name."""
    if _REVERSING.search(name):
        return "its name holds characters that make it read backwards"
    endings = [each.strip().casefold() for each in name.rstrip(" .").split(".")[1:]]
    if endings and endings[-1] in _RISKY:
        if len(endings) > 1 and endings[-2] in _HARMLESS:
            return f"it calls itself .{endings[-2]} but is a .{endings[-1]}"
        return f"a .{endings[-1]} file can run as a program"
    return None


def _cut(stem: str, ending: str) -> str:
    room = BYTES - len(ending.encode("utf-8", "replace"))
    return stem.encode("utf-8", "replace")[:room].decode("utf-8", "ignore").rstrip(" .") + ending
