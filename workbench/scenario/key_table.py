"""The table of all keys for the READMEs, in both languages."""

from __future__ import annotations

from collections.abc import Iterable
from functools import reduce
from typing import Final

from workbench.scenario import keys as k
from workbench.scenario import values as v
from workbench.scenario.expect_keys import PROGRAM
from workbench.scenario.keys import Key
from workbench.texts import tr

BEGIN: Final = "<!-- keys: made by scripts/make_keys.py -->"
END: Final = "<!-- /keys -->"
"""The lines of a README between which the table is."""
_VALUES_MOST: Final = 12
"""More values than this are only a name."""
_KINDS_MOST: Final = 6
"""More kinds of step than this are not named."""


def markdown() -> str:
    """The table in the current language, a row for each key."""
    heads = ("where", "key", "takes", "default", "line")
    rows = [[tr(f"keys.heading_{head}") for head in heads], ["---"] * len(heads)]
    rows += [_row(key) for key in k.table()]
    return "".join(f"| {' | '.join(row)} |\n" for row in rows)


def within(text: str) -> str:
    """A README's text with the table in its place.

    Raises:
        ValueError: there is no place for it.
    """
    begin, end = text.index(BEGIN) + len(BEGIN), text.index(END)
    return f"{text[:begin]}\n\n{markdown()}\n{text[end:]}"


def _row(key: Key) -> list[str]:
    where = tr(f"keys.where.{key.place}")
    if 0 < len(key.kinds) <= _KINDS_MOST and key.place != "messages":
        where = " ".join(f"`{kind}`" for kind in key.kinds)
    if key.place == "expect" and key.name in k.NOT_IN_UNTIL:
        where = "`expect`"
    if key.place == "expect" and key.name == PROGRAM:
        where = "`until`"
    name = f'`do = "{key.name}"`' if key.place == "do" else f"`{key.name}`"
    return [where, name, _takes(key), _default(key), tr(key.line).replace("|", "\\|")]


def _takes(key: Key) -> str:
    words = list(dict.fromkeys(_words(key.schema)))
    if not words:
        return ""
    return reduce(lambda first, second: tr("keys.type.or", first=first, second=second), words)


def _words(schema: v.Schema) -> Iterable[str]:
    for part in schema.get("anyOf", [schema]):
        if "enum" in part:
            yield from _names(part["enum"])
        elif "$ref" in part:
            if not part["$ref"].endswith(v.PLACEHOLDER):
                yield tr("keys.type.object")
        elif "type" in part:
            kinds = part["type"] if isinstance(part["type"], list) else [part["type"]]
            yield from (tr(f"keys.type.{kind}") for kind in kinds)


def _names(values: Iterable[object]) -> Iterable[str]:
    wanted = list(values)
    if len(wanted) > _VALUES_MOST:
        yield tr("keys.type.name")
    else:
        yield " ".join(f"`{v.shown(value)}`" for value in wanted)


def _default(key: Key) -> str:
    if key.needed:
        return tr("keys.needed")
    return "" if key.default in (None, "", ()) else f"`{v.shown(key.default)}`"
