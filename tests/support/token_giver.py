"""An OAuth provider on loopback: device codes, codes, refresh tokens that change with every use, and whether a token holds."""

from __future__ import annotations

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs


class TokenGiver:
    """`script` holds answers to give instead, by path; `asked` is what was asked, in order."""

    def __init__(self, user: str) -> None:
        self.user = user
        self.valid: set[str] = set()
        self.refresh = "refresh-0"
        self.pending = 1
        """How often a device code is told to wait."""
        self.lifetime = 3600
        self.asked: list[tuple[str, dict[str, str]]] = []
        self._count = 0
        giver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                length = int(self.headers.get("Content-Length", 0))
                fields = {name: values[0] for name, values in parse_qs(self.rfile.read(length).decode()).items()}
                giver.asked.append((self.path, fields))
                self._answer(*giver.answer(self.path, fields))

            def do_GET(self) -> None:
                token = self.headers.get("Authorization", "").removeprefix("Bearer ")
                holds = token in giver.valid
                self._answer(200, {"active": holds, "username": giver.user} if holds else {"active": False})

            def _answer(self, code: int, body: dict[str, Any]) -> None:
                octets = json.dumps(body).encode()
                self.send_response(code)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(octets)))
                self.end_headers()
                self.wfile.write(octets)

            def log_message(self, *_: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def __enter__(self) -> TokenGiver:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def answer(self, path: str, fields: dict[str, str]) -> tuple[int, dict[str, Any]]:
        if path == "/devicecode":
            told = {"user_code": "WDJB-MJHT", "device_code": "dev", "verification_uri": f"{self.url}/device"}
            return 200, {**told, "interval": 0, "expires_in": 60}
        kind = fields.get("grant_type", "")
        if kind.endswith("device_code") and self.pending:
            self.pending -= 1
            return 400, {"error": "authorization_pending"}
        if kind == "refresh_token" and fields["refresh_token"] != self.refresh:
            return 400, {
                "error": "invalid_grant",
                "error_description": "The token was used already or has been revoked.",
            }
        return 200, self._given()

    def _given(self) -> dict[str, Any]:
        self._count += 1
        token, self.refresh = f"access-{self._count}", f"refresh-{self._count}"
        self.valid.add(token)
        return {"access_token": token, "refresh_token": self.refresh, "expires_in": self.lifetime}
