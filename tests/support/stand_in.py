"""A platform on loopback for tests: keeps what it was asked, and has bad days when told to."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self
from urllib.parse import parse_qs, urlsplit

Answer = tuple[int, dict[str, str], bytes]


class StandIn:
    """The server. A subclass says what it answers."""

    root = "/"
    """What every path begins with."""

    def __init__(self) -> None:
        self.requests: list[tuple[str, dict[str, list[str]]]] = []
        """What was asked: the path below `root`, and the parameters."""
        self.agents: set[str] = set()
        self.sent: list[dict[str, str]] = []
        """The headers of each request, their names in lower case."""
        self.verbs: list[str] = []
        self.bodies: list[bytes] = []
        """What was sent with each request; empty where nothing was."""
        self.fault: Callable[[str, int], Answer | float | None] = lambda method, count: None
        """Told the path and how many requests came so far: an answer, seconds to wait first, or None."""
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                outer._serve(self)

            def do_POST(self) -> None:
                outer._serve(self)

            def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the base class's name
                return

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True)

    @property
    def base_url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_port}{self.root}"

    def start(self) -> Self:
        self._thread.start()
        return self

    def stop(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(5)

    def asked(self, method: str) -> int:
        """How often a path that ends so was asked for."""
        return sum(name.endswith(method) for name, _ in self.requests)

    def body(self, method: str, parameters: dict[str, list[str]]) -> tuple[int, Any]:
        """Status and JSON of an answer."""
        raise NotImplementedError

    def headers(self) -> dict[str, str]:
        """What every proper answer bears."""
        return {}

    def _serve(self, handler: BaseHTTPRequestHandler) -> None:
        parts = urlsplit(handler.path)
        method = parts.path.removeprefix(self.root)
        parameters = parse_qs(parts.query, keep_blank_values=True)
        self.verbs.append(handler.command)
        self.bodies.append(handler.rfile.read(int(handler.headers.get("content-length") or 0)))
        self.requests.append((method, parameters))
        self.agents.add(handler.headers.get("user-agent", ""))
        self.sent.append({name.lower(): value for name, value in handler.headers.items()})
        fault = self.fault(method, len(self.requests))
        if isinstance(fault, tuple):
            self._answer(handler, *fault)
            return
        if fault is not None:
            time.sleep(fault)
        status, body = self.body(method, parameters)
        self._answer(handler, status, self.headers(), json.dumps(body).encode())

    def _answer(self, handler: BaseHTTPRequestHandler, status: int, headers: dict[str, str], body: bytes) -> None:
        try:
            handler.send_response(status)
            for name, value in {
                "content-type": "application/json",
                "content-length": str(len(body)),
                **headers,
            }.items():
                handler.send_header(name, value)
            handler.end_headers()
            handler.wfile.write(body)
        except OSError:
            return  # the client has gone
