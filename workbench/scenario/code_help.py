"""Export: the helper at the top of a script, limited to the parts of `script_help` that it
needs.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Final

from workbench.literals import parse_module
from workbench.named_tuple import NamedTuple

_FOLDER: Final = Path(__file__).resolve().parent / "script_help"
SEARCHING: Final = "searching"
"""The part of the helper that patterns need."""
ORDER: Final = (
    "problem", "noted_socket", "by_itself", "framer", "plain_framing", "http_framing",
    "number_fields", "dividing", SEARCHING, "filling", "checksum", "expecting", "looking",
    "few_files", "json_names", "json_values", "json_stream", "json_texts", "other_programs",
    "asking",
)  # fmt: skip
"""Later ones may need those before."""
_PROTOCOL: Final = _FOLDER.parent.parent / "engine" / "protocol"
_PAYLOAD: Final = _FOLDER.parent.parent / "payload"
_OWN: Final = {
    "checksum": _PAYLOAD / "checksum.py",
    "number_fields": _PAYLOAD / "number_fields.py",
    "json_values": _PAYLOAD / "json_values.py",
    "json_stream": _FOLDER.parent / "json_stream.py",
    **{name: _PROTOCOL / f"{name}.py" for name in ("framer", "plain_framing", "http_framing")},
}
"""Modules of the program that stand for themselves, and so are right in both."""
EXPECTING: Final = frozenset({"noted_socket", "by_itself", "filling", "expecting"})
"""The parts that expectations need."""
JSON: Final = EXPECTING | {
    "problem", "json_names", "json_values", "json_stream", "json_texts", "checksum",
}  # fmt: skip
"""The parts that JSON needs."""
DIVIDING: Final = frozenset({"problem", "framer", "plain_framing", "number_fields", "dividing"})
"""The parts that messages need."""
HTTP: Final = DIVIDING | {"http_framing"}
"""... and those that HTTP needs."""


class HelpText(NamedTuple):
    """The text of one part of the helper.

    Attributes:
        about: what it is, in a line.
        imports: its imports of the standard library, as lines.
        body: everything else.
        names: what it defines.
    """

    about: str
    imports: frozenset[str]
    body: str
    names: frozenset[str]


@cache
def help_text(part: str) -> HelpText:
    """A part of the helper, as the script will contain it."""
    path = _OWN.get(part, _FOLDER / f"{part}.py")
    text = path.read_text(encoding="utf-8")
    tree = parse_module(text)
    imports: set[str] = set()
    names: set[str] = set()
    last = 0
    for node in tree.body:
        match node:
            case ast.Import():
                imports.add(ast.unparse(node))
            case ast.ImportFrom(module=module) if module and module.startswith("workbench"):
                pass
            case ast.ImportFrom():
                imports.add(ast.unparse(node))
            case ast.FunctionDef(name=name) | ast.ClassDef(name=name):
                names.add(name)
            case ast.Assign(targets=[ast.Name(id=name)]) | ast.AnnAssign(target=ast.Name(id=name)):
                names.add(name)
        if isinstance(node, ast.Import | ast.ImportFrom):
            last = node.end_lineno or last
    body = "\n".join(text.splitlines()[last:]).strip("\n")
    about = (ast.get_docstring(tree) or "").partition("\n")[0]
    return HelpText(about, frozenset(imports), body, frozenset(names))


@cache
def all_names() -> frozenset[str]:
    """The names that the helper defines, which no endpoint may have."""
    return frozenset(name for part in ORDER for name in help_text(part).names)


def parts_of(needed: Iterable[str]) -> list[HelpText]:
    """The parts that are needed, in order."""
    wanted = set(needed)
    return [help_text(part) for part in ORDER if part in wanted]
