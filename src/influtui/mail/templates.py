"""Render templates: variables, fallbacks, `if` and a few filters of Jinja, and nothing else of it.

A template is checked as a tree before it is compiled, and only kinds of node that are listed here pass: no loops, calls,
attributes, arithmetic or macros, so a template can neither reach an object nor grow without bound. A value that is
unknown blocks the message and is named, unless the template gives a fallback: `{{ first_name or "there" }}`.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from functools import cache, lru_cache
from importlib.resources import files
from typing import Any, Final

import jinja2
from jinja2 import nodes
from jinja2.sandbox import ImmutableSandboxedEnvironment

from influtui.model import records
from influtui.model.failures import Failure, WrongUsage
from influtui.model.nearest import nearest
from influtui.model.templates import BODY_LIMIT, SUBJECT_LIMIT, VARIABLES, Rendered, Template, Value
from influtui.model.text import from_outside

OUTPUT_LIMIT: Final = 40_000
"""Characters a rendered message may have."""

DEPTH: Final = 40
"""How deep a template may be nested. Deeper ones would fail in Python's own compiler."""

_ALLOWED: Final = (
    nodes.Template, nodes.Output, nodes.TemplateData, nodes.Name, nodes.Const, nodes.If, nodes.Filter,
    nodes.Or, nodes.And, nodes.Not, nodes.Compare, nodes.Operand,
)  # fmt: skip
_COMPARISONS: Final = frozenset({"eq", "ne", "lt", "lteq", "gt", "gteq"})


class MissingValue(Failure):
    """A template needs something that is not known of this person. Nothing was sent to them."""

    kind = "missing_value"

    def __init__(self, variable: str, template: str) -> None:
        super().__init__(
            f"{variable} is not known, and template {template} needs it",
            hint=f'Give a fallback in the template: {{{{ {variable} or "…" }}}}, or add the value.',
        )
        self.variable = variable


class _Unknown(jinja2.StrictUndefined):
    """A variable without a value: false in `if` and `or`, an error wherever it would be written."""

    def __bool__(self) -> bool:  # type: ignore[override]
        return False


def check(template: Template) -> None:
    """Raise `WrongUsage`, with the line, where a template uses anything but what templates may use."""
    if not template.subject.strip() and template.channel == "email":
        raise WrongUsage(f"template {template.name} has no subject", hint="Give one with --subject.")
    if not template.body.strip():
        raise WrongUsage(f"template {template.name} has no body", hint="Give one with --body or --editor.")
    for part, text, limit in (
        ("subject", template.subject, SUBJECT_LIMIT),
        ("body", template.body, BODY_LIMIT),
    ):
        if len(text) > limit:
            raise WrongUsage(f"the {part} of template {template.name} is longer than {limit} characters")
        _tree(part, text, template.name)


def variables(template: Template) -> frozenset[str]:
    """The variables that a template mentions."""
    found = set[str]()
    for part, text in (("subject", template.subject), ("body", template.body)):
        found |= {node.name for node in _tree(part, text, template.name).find_all(nodes.Name)}
    return frozenset(found)


def render(template: Template, values: Mapping[str, Value]) -> Rendered:
    """A template with a person's values. Values are never read as templates themselves.

    Raises `MissingValue` naming what is unknown, and `WrongUsage` where the template itself is wrong.
    """
    known = {name: value for name, value in values.items() if value is not None}
    subject = _rendered("subject", template.subject, template.name, known)
    body = _rendered("body", template.body, template.name, known)
    return Rendered(subject=from_outside(" ".join(subject.split())), body=from_outside(body))


@cache
def built_in() -> dict[str, Template]:
    """The templates to begin with, from `data/templates.toml`."""
    text = files("influtui.mail").joinpath("data/templates.toml").read_text("utf-8")
    starters = records.convert(tomllib.loads(text)["template"], list[dict[str, str]])
    return {row["name"]: Template(built_in=True, **row) for row in starters}


@cache
def opt_out_words() -> tuple[str, ...]:
    """The words that show a template has a way out of its own."""
    text = files("influtui.mail").joinpath("data/templates.toml").read_text("utf-8")
    words: tuple[str, ...] = tuple(tomllib.loads(text)["opt_out"]["words"])
    return words


def _short(number: Any) -> str:
    """12300 as `12.3k`."""
    count = float(number)
    for size, letter in ((1_000_000_000, "B"), (1_000_000, "M"), (1_000, "k")):
        if abs(count) >= size:
            return f"{count / size:.1f}".removesuffix(".0") + letter
    return f"{count:g}"


def _grouped(number: Any) -> str:
    """12300 as `12,300`."""
    return f"{int(number):,}"


FILTERS: Final[Mapping[str, Any]] = {
    "upper": lambda text: str(text).upper(),
    "lower": lambda text: str(text).lower(),
    "capitalize": lambda text: str(text).capitalize(),
    "title": lambda text: str(text).title(),
    "trim": lambda text: str(text).strip(),
    "short": _short,
    "grouped": _grouped,
    "default": lambda value, other="": value or other,
}
"""The filters a template may use. `default` is what `or` does."""


@cache
def _environment() -> ImmutableSandboxedEnvironment:
    environment = ImmutableSandboxedEnvironment(
        undefined=_Unknown, autoescape=False, keep_trailing_newline=True, trim_blocks=True, lstrip_blocks=True
    )
    environment.globals.clear()
    environment.tests.clear()
    environment.filters.clear()
    environment.filters.update(FILTERS)
    return environment


def _tree(part: str, text: str, name: str) -> nodes.Template:
    at = f"{part} of template {name}"
    try:
        tree = _environment().parse(text)
    except (jinja2.TemplateSyntaxError, RecursionError, ValueError) as error:
        line = f" line {error.lineno}" if isinstance(error, jinja2.TemplateSyntaxError) else ""
        why = error.message if isinstance(error, jinja2.TemplateSyntaxError) else "it is nested too deep"
        raise WrongUsage(
            f"{at}{line}: {why}", hint="`influtui template variables` says what may stand there."
        ) from None
    for node in _walk(tree, at):
        _check_node(node, at)
    return tree


def _walk(node: nodes.Node, at: str) -> Iterator[nodes.Node]:
    waiting = [(node, 0)]
    while waiting:
        current, depth = waiting.pop()
        if depth > DEPTH:
            raise WrongUsage(f"{at} is nested too deep", hint="Take it apart into several lines.")
        yield current
        waiting += [(child, depth + 1) for child in current.iter_child_nodes()]


def _check_node(node: nodes.Node, at: str) -> None:
    where = f"{at} line {node.lineno}"
    if type(node) not in _ALLOWED:
        raise WrongUsage(
            f"{where}: a template has variables, `if`, fallbacks and filters; {type(node).__name__.lower()} is none of them",
            hint="`influtui template variables` says what may stand there.",
        )
    if isinstance(node, nodes.Name):
        if node.ctx != "load" or node.name not in VARIABLES:
            near = nearest(node.name, VARIABLES)
            meant = f"Did you mean {near}? " if near else ""
            raise WrongUsage(
                f"{where}: there is no variable {node.name}", hint=f"{meant}`influtui template variables` lists them."
            )
    elif isinstance(node, nodes.Filter):
        if node.name not in FILTERS:
            raise WrongUsage(f"{where}: there is no filter {node.name}", hint=f"There are {', '.join(FILTERS)}.")
        if node.kwargs or node.dyn_args or node.dyn_kwargs or len(node.args) > (node.name == "default"):
            raise WrongUsage(f"{where}: filter {node.name} takes no such argument")
    elif isinstance(node, nodes.Operand) and node.op not in _COMPARISONS:
        raise WrongUsage(f"{where}: compare with ==, !=, <, <=, > or >=")


@lru_cache(maxsize=64)
def _compiled(part: str, text: str, name: str) -> jinja2.Template:
    """A checked template, ready to be filled in: a campaign fills in the same one for everybody."""
    _tree(part, text, name)
    return _environment().from_string(text)


def _rendered(part: str, text: str, name: str, values: Mapping[str, Value]) -> str:
    template = _compiled(part, text, name)
    try:
        rendered = template.render(values)
    except jinja2.UndefinedError as error:
        variable = next((each for each in VARIABLES if f"'{each}'" in (error.message or "")), "a value")
        raise MissingValue(variable, name) from None
    except (TypeError, ValueError, OverflowError):
        raise WrongUsage(
            f"the {part} of template {name} uses a filter or a comparison on a value of another kind",
            hint="`short` and `grouped` are for numbers.",
        ) from None
    if len(rendered) > OUTPUT_LIMIT:
        raise WrongUsage(f"the {part} of template {name} becomes longer than {OUTPUT_LIMIT} characters")
    return rendered
