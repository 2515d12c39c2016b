"""Python literals: written so that foreign text stays data, read without evaluating anything.

The contents of a scenario or record were written by somebody else. In Python code that we generate
they are literals or, on one line, comments; Python that we read is parsed, never evaluated.
"""

from __future__ import annotations

import ast
import math
import re
import threading
import warnings
from typing import Any, Final

from workbench.late_pattern import late_pattern
from workbench.printable import escape

_QUIET: Final = threading.Lock()
"""Held while source is parsed. The filters of `warnings` belong to the whole process, and so does,
in Python 3.11, a depth that is counted: two threads that parse at the same time, one of which is
interrupted by the collector, get SystemError ("recursion depth mismatch").
"""
_DECIMAL: Final = 10**4000
"""Larger numbers are written in hex: Python writes no more than 4 300 decimal digits
(sys.set_int_max_str_digits)."""
_PLAIN: Final = frozenset({str, bytes, bool, type(None)})
"""What nearly every value is, and so what is checked first."""
_CONSTANT: Final = late_pattern(r"[A-Z][A-Z0-9]*_[A-Z0-9_]+\Z", re.ASCII)
"""Names from the module socket that a call is given: AF_INET, SO_REUSEADDR, MSG_TRUNC."""
_BROKEN: Final = (SyntaxError, ValueError, TypeError, MemoryError, RecursionError, OverflowError)


def literal(value: object) -> str:
    """The source of a literal: text, bytes, numbers, True, False, None and tuples, lists, dicts.

    Any other value is written as the text of its repr().
    """
    if type(value) in _PLAIN:
        return repr(value)
    match value:
        case bool() | str() | bytes():
            return repr(value)
        case int():
            return repr(value) if -_DECIMAL < value < _DECIMAL else hex(value)
        case float():
            return repr(value) if math.isfinite(value) else f"float({str(value)!r})"
        case tuple():
            parts = [literal(item) for item in value]
            return f"({parts[0]},)" if len(parts) == 1 else f"({', '.join(parts)})"
        case list():
            return f"[{', '.join(map(literal, value))}]"
        case dict():
            pairs = (f"{literal(key)}: {literal(item)}" for key, item in value.items())
            return f"{{{', '.join(pairs)}}}"
        case _:
            return repr(str(value))


def docstring(text: str) -> str:
    """The same of a text that a script begins with. Half a surrogate pair is spelt out there:
    Python 3.13 and later do not compile a docstring that UTF-8 does not have.
    """
    return literal(text.encode("utf-8", "backslashreplace").decode())


def comment(text: str) -> str:
    """A text as a Python comment; its line breaks become escapes, so that none of it
    becomes code.
    """
    return f"# {escape(text)}"


def parse_module(code: str) -> ast.Module:
    """The syntax tree of a module, whatever other threads are parsing. Raises SyntaxError."""
    with _QUIET:
        return ast.parse(code)


def parse_expression(text: str) -> ast.expr:
    """The syntax tree of an expression, without any warning on stderr about how it is written.

    Raises:
        ValueError: it is not an expression, or too deeply nested.
    """
    try:
        with _QUIET, warnings.catch_warnings():
            warnings.simplefilter("ignore")  # it would print a stranger's "\\<ESC>" unescaped
            return ast.parse(text.lstrip(" \t"), mode="eval").body
    except _BROKEN as error:
        raise ValueError("not an expression") from error


def read_literal(text: str) -> Any:
    """The value of a literal (ast.literal_eval).

    Raises:
        ValueError: it is none.
    """
    return value_of(parse_expression(text))


def arguments_of(args: str) -> tuple[list[Any], dict[str, Any]]:
    """The literals among the arguments of a call, as a row has them; empty if a stranger's are not
    literals.
    """
    try:
        tree = parse_expression(f"f({args}\n)")
        if not isinstance(tree, ast.Call):
            return [], {}
        named = {item.arg or "": value_of(item.value) for item in tree.keywords}
        return [value_of(item) for item in tree.args], named
    except ValueError:
        return [], {}


def value_of(tree: ast.expr) -> Any:
    """The value of a literal's syntax tree.

    Raises:
        ValueError: it contains something else.
    """
    try:
        return ast.literal_eval(tree)
    except _BROKEN as error:
        raise ValueError("not a literal") from error


def arguments(args: str) -> list[str] | None:
    """The source of each argument of a call in a record; None: it is not a call's arguments.

    Each is a literal or constants of the module socket, joined as flags by `|`.
    """
    try:
        tree = parse_expression(f"f({args}\n)")
        if not isinstance(tree, ast.Call) or not isinstance(tree.func, ast.Name) or tree.keywords:
            return None
        return [_argument(item) for item in tree.args]
    except ValueError:
        return None


def _argument(tree: ast.expr) -> str:
    match tree:
        case ast.Name(id=name) if _CONSTANT.match(name):
            return f"socket.{name}"
        case ast.BinOp(left=left, op=ast.BitOr(), right=right):
            return f"{_argument(left)} | {_argument(right)}"
        case _:
            return literal(value_of(tree))
