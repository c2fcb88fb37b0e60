"""Sequences, the outbox and the worker from the command line."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from mail_receiver import MailReceiver


@pytest.fixture
def ready(run: Any, receiver: MailReceiver) -> None:
    """A brand, a campaign, a mailbox without pace or hours, and two people."""
    run("brand", "new", "Acme", "--postal-address", "1 Road, 12345 Town")
    run("campaign", "new", "Spring", "--brand", "Acme")
    port = str(receiver.port)
    run("account", "add", "jo@brand.test", "--smtp-host", "127.0.0.1", "--smtp-port", port, "--smtp-security", "none")
    for name in ("anna", "ben"):
        run("creators", "add", f"instagram:{name}")
        run("creators", "edit", f"instagram:{name}", "--set", f"email={name}@mail.test")
    for key, value in {"gap_s": "0", "jitter_s": "0", "window": "00:00-24:00", "days": "mon-sun"}.items():
        assert run("config", "set", f"sending.{key}", value).code == 0


@pytest.mark.usefixtures("ready")
def test_from_enrolling_to_sending(run: Any, receiver: MailReceiver) -> None:
    assert run("sequence", "new", "soft", "--step", "0:gift", "--step", "4:last-note").code == 0
    assert {row["name"] for row in run("sequence", "list", "--json").rows} == {"gift", "paid", "soft"}
    dry = run("sequence", "enroll", "soft", "SPRING", "instagram:anna", "instagram:ben", "--dry-run", "--json")
    assert [row.get("state") for row in dry.rows] == ["would_send", "would_send", None]
    assert run("outbox", "list", "--json").rows == []
    assert run("sequence", "enroll", "soft", "SPRING", "instagram:anna", "instagram:ben").code == 0
    assert run("worker", "--once", "--json").rows[0]["drafts"] == 2
    assert run("outbox", "approve").code == 2
    assert [row["state"] for row in run("outbox", "approve", "--dry-run", "--json").rows] == ["draft", "draft"]
    assert run("worker", "--once", "--json").rows[0]["drafts"] == 2, "a rehearsal approves nothing"
    first = run("outbox", "list", "handle:anna", "--json").rows[0]
    assert first["state"] == "draft"
    assert "approve" in run("outbox", "why", str(first["id"])).out
    assert run("outbox", "approve", str(first["id"]), "--yes", "--json").rows == [
        {"schema": "influtui.approved/1", "message": first["id"]}
    ]
    assert [row["who"] for row in run("worker", "--dry-run", "--json").rows if row["at"]] == ["anna@mail.test"]
    assert receiver.received == []
    assert run("worker", "--once", "--json").rows[0]["sent"] == 1
    assert len(receiver.to("anna@mail.test")) == 1
    plan = run("outbox", "plan", "--json").rows
    # Of the one whose first letter nobody approves no second one would go.
    assert [row["step"] for row in plan] == [None, "soft, letter 2"]
    assert run("sequence", "stop", "instagram:anna", "instagram:ben").code == 2
    assert run("sequence", "stop", "instagram:anna", "instagram:ben", "--yes", "--json").rows[0]["sequences"] == 2
    assert run("outbox", "list", "--json").rows == []
    shown = run("sequence", "show", "soft", "--json").rows
    assert [row["state"] for row in shown[1:]] == ["stopped", "stopped"]


@pytest.mark.usefixtures("ready")
def test_a_draft_and_a_letter_for_later_and_a_mailbox_that_is_paused(run: Any, receiver: MailReceiver) -> None:
    assert run("campaign", "contact", "SPRING", "instagram:anna", "--template", "gift", "--draft").code == 0
    assert run("campaign", "contact", "SPRING", "instagram:ben", "--template", "gift", "--later", "--yes").code == 0
    assert [row["state"] for row in run("outbox", "list", "--json").rows] == ["draft", "queued"]
    assert run("outbox", "pause", "--why", "holidays").code == 0
    assert run("worker", "--once", "--json").rows[0]["sent"] == 0
    assert "holidays" in run("outbox", "list", "state:queued").out
    assert run("outbox", "resume").code == 0
    assert run("worker", "--once", "--json").rows[0]["sent"] == 1
    # Naming a draft approves it.
    assert run("outbox", "send", "1", "--yes").code == 0
    assert len(receiver.received) == 2


def test_the_worker_says_who_works_and_its_log_is_its_owners(run: Any, tmp_path: Path) -> None:
    assert run("worker", "status", "--json").rows[0]["works"] is False
    assert run("worker", "--once").code == 0
    assert run("worker", "confirm").code == 2
    log = tmp_path / "workspace" / "worker.log"
    assert not log.exists() or log.stat().st_mode & 0o077 == 0


@pytest.mark.usefixtures("ready")
def test_templates_are_linted_and_previewed_for_the_picks(run: Any) -> None:
    assert run("template", "lint").code == 0
    run("template", "new", "loud", "--subject", "ACT NOW", "--body", "Hi! Free! Cash! {{ product }}")
    found = run("template", "lint", "loud", "--json")
    assert found.code == 3
    assert {"shouting", "spam_words", "disclosure", "personal"} <= {row["rule"] for row in found.rows}
    run("campaign", "shortlist", "SPRING", "add", "instagram:anna")
    shown = run("template", "preview", "gift", "--campaign", "SPRING", "--limit", "1", "--json")
    assert [row["ref"] for row in shown.rows] == ["instagram:anna"]


@pytest.mark.usefixtures("ready")
def test_what_waits_is_called_off_by_number_or_query(run: Any, receiver: MailReceiver) -> None:
    refs = ("instagram:anna", "instagram:ben")
    run("campaign", "contact", *refs, "--template", "gift", "--draft", "--yes")
    first, second = (row["id"] for row in run("outbox", "list", "--json").rows)
    assert run("outbox", "cancel", "state:draft").code == 2
    assert len(run("outbox", "cancel", "state:draft", "--dry-run", "--json").rows) == 2
    done = run("outbox", "cancel", str(first), "--yes", "--json")
    assert done.rows == [{"schema": "influtui.called_off/1", "message": first}]
    assert run("outbox", "cancel", str(first), "--yes").code == 2
    assert "Called off 1." in run("outbox", "cancel", "state:draft", "--yes").err
    assert run("outbox", "list", "--json").rows == []
    assert run("worker", "--once", "--json").rows[0]["sent"] == 0
    assert receiver.received == []
    assert second != first
