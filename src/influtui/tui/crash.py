"""What a person gets when something nobody foresaw ends the app: a short report that is safe to show to others.

It holds the kind of error and the lines of code, not the values: those may be names, addresses or passwords.
"""

from __future__ import annotations

import os
import platform
import sys
import tempfile
import traceback
from pathlib import Path

from influtui import __version__
from influtui.model.text import safe


def report(error: BaseException) -> str:
    """The report: versions, the terminal, the kind of error, and where in the code it happened."""
    lines = [
        f"influtui {__version__}, Python {platform.python_version()}, {platform.system()} {platform.release()}",
        f"TERM={os.environ.get('TERM', '')} COLORTERM={os.environ.get('COLORTERM', '')}",
        "",
        f"{type(error).__module__}.{type(error).__qualname__}",
    ]
    frames = traceback.extract_tb(error.__traceback__)
    lines += [f"  {_shortened(frame.filename)}:{frame.lineno} in {frame.name}" for frame in frames]
    return "\n".join(safe(line) if line else line for line in lines) + "\n"


def _shortened(path: str) -> str:
    """A path without the part that names the user."""
    for root in sorted(sys.path, key=len, reverse=True):
        if root and path.startswith(root):
            return path[len(root) :].lstrip("/")
    return Path(path).name


def told(error: BaseException) -> list[str]:
    """Write the report to a file and say where it is, in words for after the screen is closed."""
    lines = [
        f"influtui: something went wrong that nobody foresaw ({type(error).__qualname__}).",
        "  What you had saved is safe; drafts are kept.",
    ]
    try:
        handle, path = tempfile.mkstemp(prefix="influtui-report-", suffix=".txt")
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(report(error))
    except OSError:
        return [*lines, *report(error).splitlines()]
    return [*lines, f"  A report without any of your data is in {path}; please read it before you share it."]
