"""Who works on this machine, told by a lock that ends with its process, and which machine this is."""

from __future__ import annotations

import fcntl
import os
import socket
from functools import cache
from pathlib import Path
from typing import Final

from influtui.model.machines import Machine

NAME: Final = ".worker"


@cache
def here() -> Machine:
    """This machine. Its name is kept in the workspace and shown to nobody else."""
    try:
        boot = Path("/proc/sys/kernel/random/boot_id").read_text("ascii").strip()
    except OSError:
        boot = ""
    return Machine(socket.gethostname(), boot)


class WorkerLock:
    """The lock of this machine's worker. Close it to give it up."""

    def __init__(self, folder: Path) -> None:
        self._file = os.open(folder / NAME, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)

    def take(self) -> bool:
        """Take it if nobody on this machine has it."""
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            return False
        return True

    def close(self) -> None:
        """Give it up."""
        os.close(self._file)


def is_taken(folder: Path) -> bool:
    """Whether a worker of this workspace lives on this machine."""
    try:
        lock = WorkerLock(folder)
    except OSError:
        # A medium that takes no lock has no worker that could hold one.
        return False
    try:
        return not lock.take()
    finally:
        lock.close()
