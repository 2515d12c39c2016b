"""Values that a rule takes from a message: groups of its pattern, places in JSON,
cells of a row.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from typing import Any

from workbench.engine.model.responders.lookup import Lookup, ReadRows, Rows
from workbench.engine.model.responders.rule import AS_HEX, Rule
from workbench.engine.protocol.end_words import EndWords
from workbench.named_tuple import NamedTuple
from workbench.payload.hex_patterns import numbers_in, taken_value
from workbench.payload.json_values import differences, document, read_json, value_at
from workbench.payload.notation import encode
from workbench.payload.templates import Value, Values
from workbench.texts import Problem

Captures = dict[str, str]
"""What the groups of a pattern took, in its characters."""
Take = Callable[[Captures, bytes], "Values | None"]
"""The values of what the pattern took and of the whole message; None: the rule does not fit."""


class RuleSurroundings(NamedTuple):
    """What rules are compiled with.

    Attributes:
        encoding: for rules that name none.
        http: messages are those of HTTP, whose JSON is the body.
        rows: reads the file of a lookup; None: no file is read, and no row found.
        ends: addresses of endpoints that replies may name.
    """

    encoding: str
    http: bool = False
    rows: ReadRows | None = None
    ends: EndWords = EndWords()


class Taken(NamedTuple):
    """How a rule takes values, and their names."""

    take: Take
    names: tuple[str, ...]


def taking(rule: Rule, groups: Sequence[str], around: RuleSurroundings, *, bytewise: bool) -> Taken:
    """What a rule takes; `groups`: those of its pattern, which sees bytes if it is `bytewise`.

    Raises:
        Problem: malformed JSON, a name that is taken twice or by nothing, or as `rows` does.
    """
    used = rule.encoding or around.encoding
    from_json = tuple(name for name, _ in rule.take)
    from_row = tuple(name for name, _ in rule.lookup.take) if rule.lookup is not None else ()
    names = (*groups, *from_json, *from_row)
    twice = [name for name in names if names.count(name) > 1]
    if twice:
        raise Problem("engine.taken_twice", name=twice[0])
    if rule.match in AS_HEX:
        of_groups = _of_hex(groups, rule.value)
    else:
        of_groups = _of_groups(groups, "latin-1" if bytewise else used)
    of_json = _of_json(rule, used, http=around.http)
    if of_json is None and rule.lookup is None:
        return Taken(lambda captures, _whole: of_groups(captures), names)
    of_row = _of_row(rule.lookup, {*groups, *from_json}, around.rows)

    def take(captures: Captures, whole: bytes) -> Values | None:
        values = of_groups(captures)
        if of_json is not None:
            more = of_json(whole)
            if more is None:
                return None
            values |= more
        row = of_row(values)
        return None if row is None else {**values, **row}

    return Taken(take, names)


def _of_hex(groups: Sequence[str], pattern: str) -> Callable[[Captures], dict[str, Value]]:
    """Takes the values of a hex pattern, numeric ones as numbers."""
    widths = numbers_in(pattern)
    return lambda captures: {
        name: taken_value(captures[name].encode("latin-1"), widths.get(name)) for name in groups
    }


def _of_groups(groups: Sequence[str], encoding: str) -> Callable[[Captures], dict[str, Value]]:
    """Raises Problem: its bytes are not text in the encoding."""
    if not groups:
        return lambda _captures: {}
    return lambda captures: {
        name: Value(encode(captures.get(name, ""), encoding), encoding=encoding) for name in groups
    }


def _of_json(
    rule: Rule, encoding: str, *, http: bool
) -> Callable[[bytes], dict[str, Value] | None] | None:
    """Takes values from JSON; None: the rule does not look at JSON."""
    if not rule.json and not rule.take:
        return None
    wanted: Any = read_json(rule.json) if rule.json else "*"

    def take(whole: bytes) -> dict[str, Value] | None:
        try:
            came = document(whole, encoding, http=http)
        except Problem:
            return None
        if differences(wanted, came):
            return None
        found = {name: value_at(came, path) for name, path in rule.take}
        values = {name: value for name, value in found.items() if value is not None}
        return values if len(values) == len(found) else None

    return take


def _of_row(
    lookup: Lookup | None, known: Collection[str], read: ReadRows | None
) -> Callable[[Values], Values | None]:
    """Takes the cells of a looked-up row; None: there is no such row."""
    if lookup is None:
        return lambda _values: {}
    if lookup.by not in known:
        raise Problem("engine.lookup_by", name=lookup.by, known=", ".join(sorted(known)) or "–")
    if len(lookup.delimiter) != 1:
        raise Problem("engine.lookup_delimiter", delimiter=lookup.delimiter)
    rows: Rows = read(lookup) if read is not None else {}

    def take(values: Values) -> Values | None:
        said = values[lookup.by]
        text = str(said.number) if said.hexed else said.text
        text = said.data.decode("utf-8", "replace") if text is None else text
        row = rows.get(text)
        if row is None:
            return None
        return {name: Value(row[column].encode(), encoding="utf-8") for name, column in lookup.take}

    return take
