"""A server that says what it is told to, in a thread of its own: for what answers at a mail server's port and is none."""

from __future__ import annotations

import socket
import threading
from collections.abc import Mapping
from contextlib import suppress


class ScriptedServer:
    """Says `greeting`, then to each line the reply whose name is in it (`{tag}` is the line's first word).

    Without replies it listens and is silent, or with `hangs_up` ends the connection behind its greeting.
    """

    def __init__(
        self, greeting: bytes = b"", replies: Mapping[bytes, bytes] | None = None, *, hangs_up: bool = False
    ) -> None:
        self._greeting = greeting
        self._replies = replies or {}
        self._hangs_up = hangs_up
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listening.getsockname()[1]
        threading.Thread(target=self._listen, daemon=True).start()

    def __enter__(self) -> ScriptedServer:
        return self

    def __exit__(self, *_: object) -> None:
        self._listening.close()

    def _listen(self) -> None:
        with suppress(OSError):
            while True:
                connection, _ = self._listening.accept()
                threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection: socket.socket) -> None:
        with suppress(OSError), connection, connection.makefile("rb") as lines:
            connection.sendall(self._greeting)
            if self._hangs_up:
                return
            for line in lines:
                for name, reply in self._replies.items():
                    if name in line.upper():
                        connection.sendall(reply.replace(b"{tag}", line.split(b" ")[0]))
                        break
