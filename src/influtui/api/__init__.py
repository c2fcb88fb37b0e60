"""What plugin authors import: hooks, base classes, records and errors. Nothing below `influtui` but this is stable.

`API_VERSION` grows by semantic versioning, apart from influtui's own version: a minor one adds, a major one may take
away. A manifest's `api = ">=1.0,<2"` says which it was made for. What is to go is announced a minor version and twelve
months ahead (docs/reference/plugin-api.md).
"""

from typing import Final

from influtui.api.carrier import Carrier
from influtui.api.errors import (
    AuthInvalid,
    ConfigError,
    HostDenied,
    InvalidInput,
    NotFound,
    PluginError,
    QuotaExhausted,
    RateLimited,
    Transient,
    Unsupported,
    UpstreamChanged,
)
from influtui.api.hooks import CarriersContext, PanesContext, Plugin, SourcesContext, hookimpl
from influtui.api.one_by_one import OneByOne
from influtui.api.paging import Walk
from influtui.api.panes import Pane, Row, View
from influtui.api.reading import Number, count, email_in, moment, read, read_each
from influtui.api.records import Comment, Page, Post, Profile, Quality, Skipped
from influtui.api.source import Http, Keys, Parameter, Reply, Source, SourceContext

API_VERSION: Final = "1.0"

__all__ = [
    "API_VERSION",
    "AuthInvalid",
    "Carrier",
    "CarriersContext",
    "Comment",
    "ConfigError",
    "HostDenied",
    "Http",
    "InvalidInput",
    "Keys",
    "NotFound",
    "Number",
    "OneByOne",
    "Page",
    "Pane",
    "PanesContext",
    "Parameter",
    "Plugin",
    "PluginError",
    "Post",
    "Profile",
    "Quality",
    "QuotaExhausted",
    "RateLimited",
    "Reply",
    "Row",
    "Skipped",
    "Source",
    "SourceContext",
    "SourcesContext",
    "Transient",
    "Unsupported",
    "UpstreamChanged",
    "View",
    "Walk",
    "count",
    "email_in",
    "hookimpl",
    "moment",
    "read",
    "read_each",
]
