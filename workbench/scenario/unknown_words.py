"""Words in braces that name nothing: in a file with values each is a warning, for a typing error.

It is no error, since a brace stands for itself and may be meant so.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from typing import Any, Final

from workbench.payload.templates import BUILT_IN
from workbench.payload.unknown_gaps import unfilled_gaps, unknown_gaps
from workbench.scenario.locate import Path as KeyPath
from workbench.scenario.named_values import LEFT_ALONE, taken_names
from workbench.texts import Problem

_HEX: Final = frozenset({"hex", "append_hex", "reply_hex", "greet_hex", "ends_hex"})
"""Keys in which an unknown word is an error already."""
_GROUP: Final = re.compile(r"\(\?P<(\w+)>|\{([A-Za-z_]\w*):[\d*]")


def unknown_words(
    table: dict[str, Any], names: Collection[str]
) -> Iterator[tuple[KeyPath, Problem]]:
    """Where a file has one, and the nearest name; `names`: of its values, and what steps take."""
    known = {*names, *BUILT_IN}
    for key in ("endpoint", "step", "loop"):
        own = known | set(_groups(table.get(key)))
        for path, text in _strings(table.get(key), (key,)):
            for gap in unknown_gaps(text, own):
                shown = (gap.near,) if gap.near else sorted(names)
                yield (
                    path,
                    Problem(
                        "scenario.unknown_word",
                        name=f"{{{gap.word}}}",
                        near=", ".join(f"{{{name}}}" for name in shown),
                    ),
                )


_PLACES: Final = frozenset({"address", "bind", "to", "file"})
"""Keys in which a brace is hardly ever meant."""


def unfilled_words(table: dict[str, Any]) -> Iterator[tuple[KeyPath, Problem]]:
    """The same in a file without values, where every brace is a brace.

    Only what looks like the language's own is doubted: texts that mean their braces, as JSON does,
    need no care. A file that says `placeholders`, true or false, has decided.
    """
    if "placeholders" in table:
        return
    ends = {f"{name}.{part}" for name in table.get("endpoint", ()) for part in ("port", "address")}
    taken = taken_names(table)
    for key in ("endpoint", "step", "loop"):
        names = ends if key == "endpoint" else ends | taken
        for path, text in _strings(table.get(key), (key,)):
            if path[-1] in _PLACES or path[-2:-1] == (key,) == ("endpoint",):
                found = unknown_gaps(text, ())
            elif "placeholders" in _holder(table, path):
                found = iter(())
            else:
                run = "command" in path or _holder(table, path).get("do") == "run"
                found = unfilled_gaps(text, names - ends if run else names)
            for gap in found:
                name = f"{{{gap.word}}}"
                yield path, Problem("scenario.unfilled_word", name=name)


def _holder(table: Any, path: KeyPath) -> dict[str, Any]:
    """The innermost table that a string stands in."""
    holder: dict[str, Any] = {}
    for part in path:
        if isinstance(table, dict):
            holder = table
        table = table[part]
    return holder


def _groups(item: Any) -> Iterator[str]:
    """What rules take, for their replies: their patterns, of JSON, of the row of a file."""
    yield from _taken(item)
    for _path, text in _strings(item, (), bare=True):
        for found in _GROUP.finditer(text):
            yield found[1] or found[2]


def _taken(item: Any) -> Iterator[str]:
    if isinstance(item, list):
        for part in item:
            yield from _taken(part)
    elif isinstance(item, dict):
        for key, part in item.items():
            yield from part if key == "take" and isinstance(part, dict) else _taken(part)


def _strings(item: Any, path: KeyPath, *, bare: bool = False) -> Iterator[tuple[KeyPath, str]]:
    """Every string, with where it stands; without those in hex unless `bare`."""
    if isinstance(item, str):
        yield path, item
    elif isinstance(item, list):
        for at, part in enumerate(item):
            yield from _strings(part, (*path, at), bare=bare)
    elif isinstance(item, dict):
        as_hex = _HEX | ({"value"} if item.get("match") == "hex" else set())
        for key, part in item.items():
            if key not in LEFT_ALONE and (bare or key not in as_hex):
                yield from _strings(part, (*path, key), bare=bare)
