"""A real mail server for tests: an unprivileged Dovecot on loopback, all of it below one folder, up in about 30 ms.

Needs Debian's `dovecot-imapd` (and `dovecot-lmtpd`); where it is absent the fixtures skip and say so. As root it runs as
`nobody`, since Dovecot refuses to sign anybody in as root.
"""

from __future__ import annotations

import ctypes
import grp
import itertools
import os
import pwd
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable
from pathlib import Path

PROGRAM = "/usr/sbin/dovecot"
PASSWORD = "pw"

_CONFIGURATION = """
base_dir = {root}/run
state_dir = {root}/state
log_path = {root}/dovecot.log
default_internal_user = {user}
default_internal_group = {group}
default_login_user = {user}
first_valid_uid = {uid}
first_valid_gid = {gid}
protocols = imap
listen = 127.0.0.1
ssl = {ssl}
disable_plaintext_auth = no
auth_mechanisms = plain login xoauth2
auth_failure_delay = 0
mail_location = maildir:~/Maildir
mail_fsync = never
maildir_very_dirty_syncs = yes
{oauth}
passdb {{
  driver = static
  mechanisms = plain login
  args = password={password}
}}
userdb {{
  driver = static
  args = uid={uid} gid={gid} home={root}/mail/%Lu
}}
namespace inbox {{
  inbox = yes
  separator = /
  mailbox {sent} {{
    special_use = \\Sent
    auto = subscribe
  }}
  mailbox {junk} {{
    special_use = \\Junk
    auto = subscribe
  }}
}}
service anvil {{
  chroot =
}}
service stats {{
  chroot =
}}
service imap-login {{
  chroot =
  process_min_avail = 0
  service_count = 0
  client_limit = 200
  inet_listener imap {{
    port = {port}
  }}
  inet_listener imaps {{
    port = {tls_port}
    ssl = yes
  }}
}}
service imap {{
  process_limit = 64
}}
service auth {{
  unix_listener auth-userdb {{
    mode = 0600
  }}
}}
"""

_numbers = itertools.count(1)
_C = ctypes.CDLL(None)
PR_SET_PDEATHSIG = 1


def _ends_with_this_thread() -> None:
    """Tests that are killed have no time to stop their server: Linux then does."""
    if sys.platform == "linux":
        _C.prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


class MailServer:
    """Every address has a mailbox here, all with one password. `deliver` puts mail into one, as a delivery agent would."""

    def __init__(
        self,
        password: str = PASSWORD,
        *,
        certificate: tuple[Path, Path] | None = None,
        sent: str = "Sent",
        junk: str = "Junk",
        tokens_at: str | None = None,
        extra: str = "",
    ) -> None:
        # A short path: what listens in it has a name of 107 characters at most.
        self.root = Path(tempfile.mkdtemp(prefix="mail"))
        self.password = password
        self.port, self.tls_port = _free_port(), _free_port()
        self._certificate = certificate
        self._names = (sent, junk)
        self._tokens_at = tokens_at
        self._extra = extra
        self._owner = pwd.getpwnam("nobody") if os.getuid() == 0 else pwd.getpwuid(os.getuid())
        self._process: subprocess.Popen[bytes] | None = None

    @staticmethod
    def is_here() -> bool:
        """Whether Dovecot is installed."""
        return Path(PROGRAM).exists()

    def maildir(self, user: str, folder: str = "INBOX") -> Path:
        inbox = self.root / "mail" / user.casefold() / "Maildir"
        return inbox if folder == "INBOX" else inbox / f".{folder.replace('/', '.')}"

    def start(self) -> MailServer:
        for name in ("run", "state", "mail"):
            (self.root / name).mkdir()
        sent, junk = self._names
        secured = ""
        if self._certificate is not None:
            chain, key = (shutil.copy(path, self.root) for path in self._certificate)
            secured = f"ssl_cert = <{chain}\nssl_key = <{key}\n"
        configuration = _CONFIGURATION.format(
            root=self.root, password=self.password, user=self._owner.pw_name, group=grp.getgrgid(self._owner.pw_gid).gr_name,
            uid=self._owner.pw_uid, gid=self._owner.pw_gid, port=self.port, tls_port=self.tls_port, sent=sent, junk=junk,
            oauth=self._token_check(), ssl="yes" if self._certificate else "no",
        )  # fmt: skip
        (self.root / "dovecot.conf").write_text(configuration + secured + self._extra)
        self._give_away(self.root)
        as_root = os.getuid() == 0
        with (self.root / "stderr.log").open("wb") as errors:
            self._process = subprocess.Popen(
                [PROGRAM, "-F", "-c", str(self.root / "dovecot.conf")],
                stdout=subprocess.DEVNULL,
                stderr=errors,
                start_new_session=True,
                user=self._owner.pw_uid if as_root else None,
                group=self._owner.pw_gid if as_root else None,
                extra_groups=[] if as_root else None,
                preexec_fn=_ends_with_this_thread,
            )
        self._wait_until_it_greets()
        return self

    def stop(self) -> None:
        if self._process is not None and self._process.poll() is None:
            # The whole group at once: a polite end takes more than a second.
            os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()
        shutil.rmtree(self.root, ignore_errors=True)

    def __enter__(self) -> MailServer:
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.stop()

    def deliver(self, user: str, *messages: bytes, folder: str = "INBOX") -> None:
        """Put messages into a mailbox, as if they had just come."""
        maildir = self.maildir(user, folder)
        if not (maildir / "new").exists():
            for name in ("cur", "new", "tmp"):
                (maildir / name).mkdir(parents=True, exist_ok=True)
            self._give_away(self.maildir(user).parent)
        for raw in messages:
            name = f"{time.time_ns()}.{os.getpid()}_{next(_numbers)}.test"
            written = maildir / "tmp" / name
            written.write_bytes(raw.replace(b"\r\n", b"\n"))
            if os.getuid() == 0:
                os.chown(written, self._owner.pw_uid, self._owner.pw_gid)
            written.rename(maildir / "new" / name)

    def stored(self, user: str, folder: str = "INBOX") -> list[bytes]:
        """The messages of a folder as they lie on the server."""
        maildir = self.maildir(user, folder)
        files = [each for place in ("new", "cur") if (maildir / place).is_dir() for each in (maildir / place).iterdir()]
        return [each.read_bytes() for each in sorted(files)]

    def forget_uids(self, user: str, folder: str = "INBOX") -> None:
        """Have the folder numbered anew (another UIDVALIDITY), as a server does that was restored."""
        maildir = self.maildir(user, folder)
        for each in maildir.glob("dovecot*"):
            each.unlink()
        # Left to itself it takes the time in seconds, which may be the number that it had.
        (maildir / "dovecot-uidlist").write_text(f"3 V{1_000 + next(_numbers)} N1\n")
        self._give_away(maildir)

    def end_sessions(self) -> None:
        """Kill what serves the connections that are open, as a server that restarts does."""
        assert self._process is not None
        listed = subprocess.run(
            ["ps", "-o", "pid=,args=", "--ppid", str(self._process.pid)], capture_output=True, text=True, check=True
        ).stdout
        for line in listed.splitlines():
            pid, _, words = line.strip().partition(" ")
            if "dovecot/imap" in words and "imap-login" not in words:
                os.kill(int(pid), signal.SIGKILL)

    def log(self) -> str:
        """What the server wrote down."""
        path = self.root / "dovecot.log"
        return path.read_text("utf-8", "replace") if path.exists() else ""

    def _token_check(self) -> str:
        """Access tokens are checked by asking who gave them."""
        if self._tokens_at is None:
            return ""
        (self.root / "oauth2.conf").write_text(
            f"introspection_url = {self._tokens_at}\nintrospection_mode = auth\nusername_attribute = username\n"
            "active_attribute = active\nactive_value = true\n"
        )
        return f"passdb {{\n  driver = oauth2\n  mechanisms = xoauth2\n  args = {self.root}/oauth2.conf\n}}"

    def _give_away(self, path: Path) -> None:
        if os.getuid() == 0:
            _chown([path, *path.rglob("*")], self._owner)

    def _wait_until_it_greets(self, patience: float = 60.0) -> None:
        until = time.monotonic() + patience
        while True:
            try:
                with socket.create_connection(("127.0.0.1", self.port), 0.5) as probe:
                    probe.settimeout(2)
                    if probe.recv(200).startswith(b"* OK"):
                        return
            except OSError:
                pass
            assert self._process is not None
            if self._process.poll() is not None or time.monotonic() > until:
                raise RuntimeError(f"no mail server: {(self.root / 'stderr.log').read_text()}\n{self.log()}")
            time.sleep(0.005)


def _chown(paths: Iterable[Path], owner: pwd.struct_passwd) -> None:
    for path in paths:
        os.chown(path, owner.pw_uid, owner.pw_gid)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
