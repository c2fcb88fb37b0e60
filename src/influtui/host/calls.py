"""Guarded calls: whatever a plugin does, the caller gets a result or a `Fault` that names the plugin, and nothing else."""

from __future__ import annotations

import time
import traceback
from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime
from typing import Any, Final, TypeVar

import msgspec
import pluggy

from influtui.api import PluginError, errors
from influtui.host import spending
from influtui.host.breakers import FAILURES, Breaker, Struggle
from influtui.host.loop import Crashed, Hung, PluginLoop
from influtui.model import records
from influtui.secrets.redaction import redacted, redacted_tree

T = TypeVar("T")

HOOK_LIMIT_S: Final = 2.0
"""What a hook may take. Hooks hand over classes; they have nothing to wait for."""


class Fault(Exception):
    """A call of a plugin that failed: whose, what kind, a sentence for the user, the details for the log."""

    def __init__(
        self, plugin: str, kind: str, message: str, *, detail: str = "", error: PluginError | None = None
    ) -> None:
        super().__init__(message)
        self.plugin = plugin
        self.kind = kind
        self.message = message
        self.detail = detail
        self.error = error
        """The typed error that the plugin raised, where it raised one."""


class Calls:
    """The way to every plugin: a loop and a breaker each, so that one that blocks its loop blocks nobody else's."""

    def __init__(self, clock: Callable[[], int] = lambda: time.time_ns() // 1_000_000) -> None:
        self._loops: dict[str, PluginLoop] = {}
        self._clock = clock
        self._breakers: dict[str, Breaker] = {}

    def breaker(self, plugin: str) -> Breaker:
        """The plugin's breaker."""
        return self._breakers.setdefault(plugin, Breaker(self._clock))

    def restore(self, struggles: Mapping[str, Struggle]) -> None:
        """Take over what other sessions kept of how plugins fail."""
        for plugin in {*self._breakers, *struggles}:
            self.breaker(plugin).restore(struggles.get(plugin, Struggle()))

    def take_changed(self) -> dict[str, Struggle]:
        """How the plugins fail about which this has changed since it was asked last; no failures: it does well again."""
        changed = {plugin: each for plugin, each in self._breakers.items() if each.changed}
        for each in changed.values():
            each.changed = False
        return {plugin: each.struggle for plugin, each in changed.items()}

    async def guarded(
        self, plugin: str, what: str, make: Callable[[], Awaitable[T]], *, limit_s: float, prepares: bool = False
    ) -> T:
        """The result of `await make()` on the plugin's loop. Raises `Fault`, and lets cancellation through.

        What only `prepares` a call (importing, asking hooks) says nothing of how well the plugin does when it goes well.
        """
        breaker = self.breaker(plugin)
        if (rests := breaker.rests_for) is not None:
            raise Fault(
                plugin,
                "resting",
                f"{plugin} failed {FAILURES} times in a row and rests for {rests:.0f} s; last: {breaker.struggle.said}",
            )
        how: str | None = None
        began, came = time.perf_counter(), False
        try:
            result = await self._loops.setdefault(plugin, PluginLoop(plugin)).call(make, limit_s=limit_s)
        except PluginError as error:
            typed = _clean(error)
            fault = Fault(plugin, error.kind, f"{plugin}: {typed.message}", detail=typed.detail, error=typed)
        except Hung as hung:
            how = "blocked" if hung.where else None
            blocked = f", blocked in {hung.where}" if hung.where else ""
            fault = Fault(
                plugin,
                "hung",
                f"{plugin} gave no answer to {what} within {hung.seconds:g} s{blocked}",
            )
        except Exception as error:
            said = str(error) if isinstance(error, Crashed) else f"{type(error).__name__}: {error}"
            told = redacted("".join(traceback.format_exception(error)))
            fault = Fault(plugin, "crashed", f"{plugin} failed in {what}: {redacted(said)}", detail=told)
        else:
            came = True
            if not prepares:
                breaker.succeeded()
            return result
        finally:
            spending.add(plugin, time.perf_counter() - began, failed=not came)
        if fault.error is None or fault.error.trips:
            breaker.failed(how or fault.kind, fault.message)
        elif not prepares:
            breaker.succeeded()
        # Raised out here, so that it does not carry the plugin's own exception, whose text may hold a secret.
        raise fault

    async def supplied(
        self, manager: pluggy.PluginManager, hook: str, contexts: Mapping[str, Any]
    ) -> dict[str, tuple[Any, ...] | Fault]:
        """What each plugin's implementation of `hook` hands over, by plugin; a plugin that fails has a `Fault` there.

        pluggy's own call stops at the first exception and throws away what others gave, so each is called by itself.
        """
        results: dict[str, tuple[Any, ...] | Fault] = {}
        for implementation in getattr(manager.hook, hook).get_hookimpls():
            plugin = implementation.plugin_name
            if plugin not in contexts:
                continue

            async def ask(function: Callable[[Any], Any] = implementation.function, ctx: Any = contexts[plugin]) -> Any:
                # Made whole in here: a generator would raise in the caller's hands.
                return tuple(function(ctx))

            try:
                results[plugin] = await self.guarded(plugin, hook, ask, limit_s=HOOK_LIMIT_S, prepares=True)
            except Fault as fault:
                results[plugin] = fault
        return results

    async def close(self) -> None:
        """End every plugin's loop."""
        for loop in self._loops.values():
            await loop.close()


def at_border(plugin: str, value: object, kind: type[T], *, clean: bool = True) -> T:
    """A plugin's result, checked against its type down to the last field. Raises `Fault` saying where it differs.

    Secrets are struck out, unless `clean` says that the plugin's own words are needed.
    """
    try:
        plain = msgspec.to_builtins(value)
        return records.convert(redacted_tree(plain) if clean else plain, kind)
    except (msgspec.ValidationError, TypeError, ValueError, RecursionError) as error:
        said = redacted(str(error))
    raise Fault(plugin, "junk", f"{plugin} handed over something that is not a {kind.__name__}: {said}")


def _clean(error: PluginError) -> PluginError:
    """The same error as one of our own types, without secrets and without what led to it."""
    kind = next(
        each for each in type(error).__mro__ if each.__module__ == errors.__name__ and issubclass(each, PluginError)
    )
    copy = PluginError.__new__(kind)
    kept = {
        name: value for name, value in vars(error).items() if isinstance(value, str | int | float | datetime | None)
    }
    copy.__dict__.update(redacted_tree(kept))
    copy.args = (copy.message,)
    return copy
