"""What the documents of `--json` hold: a section of the command line's page, read from the records' own words.

A record that is printed as it is says its schema in its `tag`; every field with the sentence below it. Read from the
source, since a field's sentence is nowhere else.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from importlib.resources import files
from importlib.resources.abc import Traversable

HEAD = """\
## The documents of `--json`

Those that a command prints as they are recorded; each has its `schema` besides. A type with `None` may be `null`.
"""


def section() -> Iterator[str]:
    """The section, a table a schema, by the schema's name."""
    yield HEAD
    found = dict(_records(files("influtui")))
    for schema in sorted(found):
        said = ast.get_docstring(found[schema]) or ""
        yield f"### `{schema}`\n\n{' '.join(said.split())}\n"
        yield "| key | type | |\n|---|---|---|"
        yield from _rows(found[schema])
        yield ""


def _records(folder: Traversable) -> Iterator[tuple[str, ast.ClassDef]]:
    """Every record with a schema, in all modules below a folder."""
    for each in sorted(folder.iterdir(), key=lambda entry: entry.name):
        if each.is_dir():
            yield from _records(each)
        elif each.name.endswith(".py") and 'tag="influtui.' in (text := each.read_text("utf-8")):
            for node in ast.walk(ast.parse(text)):
                if isinstance(node, ast.ClassDef) and (schema := _schema(node)) is not None:
                    yield schema, node


def _schema(node: ast.ClassDef) -> str | None:
    for keyword in node.keywords:
        if keyword.arg == "tag" and isinstance(keyword.value, ast.Constant):
            return str(keyword.value.value)
    return None


def _rows(node: ast.ClassDef) -> Iterator[str]:
    for at, statement in enumerate(node.body):
        if not isinstance(statement, ast.AnnAssign) or not isinstance(statement.target, ast.Name):
            continue
        kind = ast.unparse(statement.annotation).replace("|", "\\|")
        yield f"| `{statement.target.id}` | `{kind}` | {_said(node.body[at + 1 : at + 2])} |"


def _said(following: list[ast.stmt]) -> str:
    """The sentence below a field, where there is one."""
    for each in following:
        if isinstance(each, ast.Expr) and isinstance(each.value, ast.Constant) and isinstance(each.value.value, str):
            return " ".join(each.value.value.split()).replace("|", "\\|")
    return ""
