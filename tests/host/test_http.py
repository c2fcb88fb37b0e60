"""The host's HTTP client: only announced hosts, budgets that hold, words without secrets."""

from __future__ import annotations

import pytest
from bluesky_stand_in import BlueskyStandIn

from influtui.api import HostDenied, QuotaExhausted, RateLimited, Transient, UpstreamChanged
from influtui.host.budgets import Ledger
from influtui.host.http import HostClient
from influtui.host.manifests import Budget

NOW = 1_795_348_800_000


class _Sleeps:
    def __init__(self) -> None:
        self.seconds: list[float] = []

    async def __call__(self, seconds: float) -> None:
        self.seconds.append(seconds)


@pytest.fixture
def server() -> object:
    running = BlueskyStandIn([]).start()
    yield running
    running.stop()


def _client(server: BlueskyStandIn, ledger: Ledger | None = None, sleep: _Sleeps | None = None) -> HostClient:
    return HostClient(
        base_url=server.base_url,
        hosts=frozenset({"acme.example"}),
        ledger=ledger or Ledger((), {}, lambda: NOW),
        clock=lambda: NOW,
        sleep=sleep or _Sleeps(),
    )


async def test_parameters_repeat_and_booleans_are_lower_case(server: BlueskyStandIn) -> None:
    client = _client(server)
    await client.get("xrpc/app.bsky.actor.getProfiles", {"actors": ["a", "b"], "flag": True, "n": 3})
    await client.aclose()
    assert server.requests[0][1] == {"actors": ["a", "b"], "flag": ["true"], "n": ["3"]}


@pytest.mark.parametrize("path", [
    "https://evil.example/x", "http://acme.example/x", "https://acme.example:8443/x", "//evil.example/x", "https://acme.example.evil/x",
    "https://user@evil.example/", "file:///etc/passwd", "http://localhost/x",
])  # fmt: skip
async def test_only_announced_hosts_are_asked(server: BlueskyStandIn, path: str) -> None:
    with pytest.raises(HostDenied):
        await _client(server).get(path)
    assert server.requests == []


async def test_a_spent_budget_is_not_overdrawn(server: BlueskyStandIn) -> None:
    ledger = Ledger([Budget("calls", 2, "1h")], {}, lambda: NOW)
    client = _client(server, ledger)
    await client.get("xrpc/app.bsky.actor.searchActors", {"q": "x"})
    ledger.spend()
    with pytest.raises(QuotaExhausted) as spent:
        await client.get("xrpc/app.bsky.actor.searchActors", {"q": "x"})
    await client.aclose()
    assert spent.value.resets_at is not None
    assert len(server.requests) == 1


def test_a_window_that_is_over_is_full_again() -> None:
    now = NOW
    ledger = Ledger([Budget("calls", 1, "5m")], {}, lambda: now)
    ledger.spend()
    with pytest.raises(QuotaExhausted):
        ledger.spend()
    now += 300_000
    ledger.spend()
    assert ledger.quotas()[0].left == 0


def test_the_platforms_own_count_is_believed_where_it_is_lower() -> None:
    ledger = Ledger([Budget("calls", 100, "5m")], {}, lambda: NOW)
    ledger.spend()
    ledger.correct({"ratelimit-remaining": "10"})
    assert ledger.quotas()[0].left == 10
    ledger.correct({"ratelimit-remaining": "99"})
    assert ledger.quotas()[0].left == 10


async def test_trouble_is_tried_three_times_with_growing_pauses(server: BlueskyStandIn) -> None:
    server.fault = lambda method, count: (503, {}, b"")
    sleeps = _Sleeps()
    client = _client(server, sleep=sleeps)
    with pytest.raises(Transient, match="out of order"):
        await client.get("x")
    await client.aclose()
    assert len(server.requests) == 3
    assert 0.25 <= sleeps.seconds[0] <= 0.5 <= sleeps.seconds[1] <= 1.0


@pytest.mark.parametrize(("headers", "waits"), [
    ({"retry-after": "2"}, 2.0), ({"ratelimit-reset": str(NOW // 1000 + 3)}, 3.0),
    ({"retry-after": "Sun, 22 Nov 2026 12:00:04 GMT"}, 4.0),
        ({"x-ratelimit-reset": "2026-11-22T12:00:03.500000Z"}, 3.5),
])  # fmt: skip
async def test_a_short_wait_is_waited_as_it_was_told(
    server: BlueskyStandIn, headers: dict[str, str], waits: float
) -> None:
    server.fault = lambda method, count: (429, headers, b"") if count == 1 else (200, {}, b"{}")
    sleeps = _Sleeps()
    client = _client(server, sleep=sleeps)
    assert (await client.get("x")).status == 200
    await client.aclose()
    assert sleeps.seconds == [waits]


async def test_a_long_wait_is_the_users_to_decide(server: BlueskyStandIn) -> None:
    server.fault = lambda method, count: (429, {"retry-after": "600"}, b"")
    client = _client(server)
    with pytest.raises(RateLimited) as limited:
        await client.get("x")
    await client.aclose()
    assert limited.value.retry_after == 600
    assert len(server.requests) == 1


async def test_an_answer_without_end_is_cut(server: BlueskyStandIn) -> None:
    server.fault = lambda method, count: (200, {}, b"x" * 6_000_000)
    client = _client(server)
    with pytest.raises(UpstreamChanged, match="more than 5 MB"):
        await client.get("x")
    await client.aclose()


async def test_no_parameter_and_no_place_of_a_redirect_gets_into_words(server: BlueskyStandIn) -> None:
    client = _client(server)
    server.fault = lambda method, count: (302, {"location": "https://elsewhere.example/?token=canary"}, b"")
    with pytest.raises(UpstreamChanged) as moved:
        await client.get("x", {"access_token": "canary"})
    server.stop()
    with pytest.raises(Transient) as gone:
        await client.get("x", {"access_token": "canary"})
    await client.aclose()
    for error in (moved.value, gone.value):
        assert "canary" not in f"{error!r} {error} {error.detail} {error.__cause__!r}"


async def test_a_question_with_a_body_is_asked_again_and_an_exchange_of_secrets_is_not(server: BlueskyStandIn) -> None:
    server.fault = lambda method, count: (503, {}, b"") if count in (1, 3) else (200, {}, b"{}")
    client = _client(server)
    assert (await client.post("query", {"fields": "id"}, json={"max_count": 3})).status == 200
    with pytest.raises(Transient):
        await client.post("token", form={"refresh_token": "rft&1"})
    assert (await client.post("token", form={"refresh_token": "rft&1"})).status == 200
    await client.aclose()
    assert server.verbs == ["POST"] * 4
    assert server.bodies == [b'{"max_count":3}'] * 2 + [b"refresh_token=rft%261"] * 2
    assert client.take_bodies() == [b"{}"], "the answer of an exchange is kept nowhere"


async def test_another_service_stands_in_for_every_announced_host(server: BlueskyStandIn) -> None:
    server.fault = lambda method, count: (200, {}, b"{}")
    client = _client(server)
    await client.get("https://acme.example/other/api", {"y": "2"})
    await client.aclose()
    assert server.requests == [("/other/api", {"y": ["2"]})]
