from __future__ import annotations

import time
from contextlib import suppress

import jinja2
import pytest
from hypothesis import given
from hypothesis import strategies as st

from influtui.mail import templates
from influtui.mail.templates import MissingValue, built_in, check, render, variables
from influtui.model.failures import Failure, WrongUsage
from influtui.model.templates import BODY_LIMIT, VARIABLES, Template, Value, first_name

VALUES: dict[str, Value] = {"name": "Anna Li", "handle": "anna", "followers": 12_300, "platform": "TikTok"}


def template(body: str, subject: str = "Hello") -> Template:
    return Template(name="mine", subject=subject, body=body)


def rendered(body: str, **values: Value) -> str:
    return render(template(body), VALUES | values).body


ATTACKS = [
    "{{ ''.__class__.__mro__ }}",
    "{{ name.__class__ }}",
    "{{ name['__class__'] }}",
    "{{ name|attr('__class__') }}",
    "{{ self }}",
    "{{ cycler.__init__.__globals__ }}",
    "{{ range(10**9) }}",
    "{{ 'a' * 10**9 }}",
    "{{ 'a' ~ 'b' }}",
    "{{ 2 ** 99999999 }}",
    "{{ name|center(1000000000) }}",
    "{{ name|replace('A', 'B') }}",
    "{{ name|default('x', true) }}",
    "{{ name|default(*handle) }}",
    "{{ name() }}",
    "{{ name.format(handle) }}",
    "{{ '%s'|format(name) }}",
    "{{ [name] }}",
    "{{ name if handle else platform }}",
    "{{ name is defined }}",
    "{% if name in handle %}x{% endif %}",
    "{% for x in name %}{{ x }}{% endfor %}",
    "{% set name = 'x' %}",
    "{% macro m() %}{% endmacro %}",
    "{% include '/etc/passwd' %}",
    "{% extends 'x' %}",
    "{% import 'os' as os %}",
    "{% block x %}{% endblock %}",
    "{% filter upper %}x{% endfilter %}",
    "{% with x = name %}{{ x }}{% endwith %}",
    "{% raw %}{% endraw %}{{ config }}",
    "{{ -name }}",
    "{{ name[1:2] }}",
    "{{ " + "not " * 300 + "name }}",
    "{{ " + "(" * 3_000 + "name" + ")" * 3_000 + " }}",
    "{% if name %}" * 400 + "x" + "{% endif %}" * 400,
    "{{ name",
]


@pytest.mark.parametrize("body", ATTACKS)
def test_a_template_reaches_nothing_but_its_variables(body: str) -> None:
    started = time.process_time()
    with pytest.raises(WrongUsage):
        rendered(body)
    assert time.process_time() - started < 10


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ("{{ name|pprint }}", "there is no filter pprint"),
        ("{{ name|default('x', true) }}", "filter default takes no such argument"),
        ("{{ name|default(*handle) }}", "filter default takes no such argument"),
        ("{{ name|upper(handle) }}", "filter upper takes no such argument"),
        ("{{ name|upper(x=handle) }}", "filter upper takes no such argument"),
    ],
)
def test_the_tree_is_refused_before_anything_of_it_is_compiled(body: str, said: str) -> None:
    """Defence: what Jinja would refuse, or take, when a letter is filled in is refused when the template is written."""
    with pytest.raises(WrongUsage, match=said):
        check(template(body))


@pytest.mark.parametrize(
    "body",
    [
        "{{ name.__class__.__mro__ }}",
        "{{ ''.__class__.__base__.__subclasses__() }}",
        "{{ name['__class__'] }}",
        "{{ cycler('a') }}",
        "{{ range(3) }}",
        "{{ name|attr('__class__') }}",
        "{{ name|map('upper')|list }}",
        "{% include 'etc/hostname' %}",
    ],
)
def test_behind_the_check_of_the_tree_stands_a_sandbox(body: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Defence in depth: were a kind of node let through by mistake, there would be nothing to reach with it."""
    monkeypatch.setattr(templates, "_tree", lambda *_: None)
    templates._compiled.cache_clear()
    with pytest.raises((Failure, jinja2.TemplateError, TypeError)):
        rendered(body)
    templates._compiled.cache_clear()


@pytest.mark.parametrize("part", ["subject", "body"])
def test_a_template_is_bounded(part: str) -> None:
    """Defence: a text of a megabyte is no letter."""
    text = "x" * (BODY_LIMIT + 1)
    with pytest.raises(WrongUsage, match="longer than"):
        check(template(text) if part == "body" else template("Hi", text))


def test_a_value_is_never_read_as_a_template() -> None:
    assert rendered("{{ name }}", name="{{ handle }}{% for x in y %}") == "{{ handle }}{% for x in y %}"


def test_a_missing_value_blocks_and_is_named() -> None:
    with pytest.raises(MissingValue) as missing:
        rendered("Hi {{ first_name }}")
    assert missing.value.variable == "first_name"
    assert "{{ first_name or" in (missing.value.hint or "")


@pytest.mark.parametrize(
    "body", ["{{ first_name|upper }}", "{% if followers > country %}x{% endif %}", "{{ topic|short }}"]
)
def test_a_missing_value_blocks_behind_filters_and_comparisons_too(body: str) -> None:
    with pytest.raises(MissingValue):
        rendered(body)


@pytest.mark.parametrize(
    ("body", "text"),
    [
        ('Hi {{ first_name or "there" }}', "Hi there"),
        ("Hi {{ first_name or handle }}", "Hi anna"),
        ('{{ first_name|default("there") }}', "there"),
        ("{% if topic %}about {{ topic }}{% else %}nothing{% endif %}", "nothing"),
        ("{% if followers >= 10000 and not topic %}many{% endif %}", "many"),
        ('{% if platform == "TikTok" %}T{% elif name %}N{% endif %}', "T"),
        ("{{ followers|short }} or {{ followers|grouped }}", "12.3k or 12,300"),
        ("{{ name|upper }} {{ handle|capitalize }}", "ANNA LI Anna"),
    ],
)
def test_fallbacks_conditions_and_filters_work(body: str, text: str) -> None:
    assert rendered(body) == text


def test_a_mistyped_variable_is_refused_with_the_nearest_one_and_the_line() -> None:
    with pytest.raises(WrongUsage) as refused:
        check(template("Hi\n{{ frist_name }}"))
    assert "line 2" in refused.value.message
    assert "first_name" in (refused.value.hint or "")


def test_a_filter_for_numbers_on_words_is_said_and_not_a_crash() -> None:
    with pytest.raises(WrongUsage):
        rendered("{{ name|short }}")


def test_a_rendered_message_is_bounded() -> None:
    with pytest.raises(WrongUsage):
        rendered("{{ name }}" * 1_000, name="x" * 1_000)


def test_the_built_in_templates_say_nothing_wrong_and_work_for_somebody_of_whom_little_is_known() -> None:
    little: dict[str, Value] = {
        "handle": "anna", "platform": "TikTok", "brand": "Acme", "campaign": "Spring",
        "postal_address": "1 Road, Town", "opt_out": "Answer STOP.",
    }  # fmt: skip
    for each in built_in().values():
        assert render(each, little).body.strip()
        assert "None" not in render(each, little).body
        if each.channel == "email":
            assert {"postal_address", "opt_out"} <= variables(each)


@given(st.text(max_size=200))
def test_any_text_is_a_template_or_refused(body: str) -> None:
    with suppress(Failure):
        render(template(body), dict.fromkeys(VARIABLES, "x"))


@pytest.mark.parametrize(
    ("name", "given_name"),
    [
        ("Anna Li", "Anna"), ("ANNA | vegan", "Anna"), ("jean-luc p", "Jean-luc"), ("🌱 Anna", None), ("x_anna9", None),
        ("The Baker", None), ("Dr. Sommer", None), ("李雷", "李雷"), ("A", None), (None, None), ("Zoë✨", None),
    ],
)  # fmt: skip
def test_a_first_name_is_taken_only_where_it_reads_like_one(name: str | None, given_name: str | None) -> None:
    assert first_name(name) == given_name
