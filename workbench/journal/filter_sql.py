"""FilterSql: a filter as SQL for one record; properties that many rows share are looked up once.

Which shapes and connections meet a condition is found in their small tables first, so that only
numbers have to be compared for each row. Bytes are searched for as the endpoints of this record
encode them, and in no other encoding.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from workbench.journal.connection_numbers import ConnectionNumbers
from workbench.journal.cut_texts import Before, completed, may_complete, spelled
from workbench.journal.query import (
    PEER,
    About,
    Condition,
    Contains,
    Numbered,
    Part,
    Plain,
    Term,
    joined,
)
from workbench.journal.schema import Schema
from workbench.named_tuple import NamedTuple

Ask = Callable[[str, Sequence[object]], list[tuple[Any, ...]]]

MANY: Final = 20_000
"""Shapes or connections; if there are more, each row of a chunk is asked for its own instead."""
FEW: Final = 12
"""Runs of numbers that are compared one by one; more are looked up in a list."""
LISTED: Final = 1_000
"""Rows of a chunk that contain a text: if there are more, they are asked again instead of being
looked up in a list.
"""
_REMEMBERED: Final = 64
_SHAPE: Final = "shape"
_CONNECTION: Final = "connection"
_KINDS: Final = (
    "SELECT (SELECT max(id) FROM shape), (SELECT json_group_array(json_array(id, name))"
    " FROM endpoint)"
)
"""What the shapes that meet a condition depend on."""
_SPOKEN: Final = (
    "SELECT id, CASE WHEN json_valid(config) THEN"
    " replace(lower(json_extract(config, '$.encoding')), '_', '-') END, type FROM endpoint"
)


class Sql(NamedTuple):
    """A condition over event `e`, endpoint `p` and connection `c`, with its parameters."""

    text: str
    params: tuple[object, ...] = ()


NOTHING: Final = Sql("0")
"""No row can meet it."""


class FilterSql:
    """Turns conditions into SQL for one record, and caches lookups until the record grows.

    It is used on the thread of its reader.
    """

    def __init__(
        self, ask: Ask, before: Before, schema: Schema, numbers: ConnectionNumbers | None
    ) -> None:
        """Attributes as arguments.

        Args:
            ask, before: how the record is read.
            schema: its tables.
            numbers: of its connections, where table connection does not have them.
        """
        self._ask = ask
        self._before = before
        self._schema = schema
        self._numbers = numbers
        self._version: object = None
        self._kinds: object = None
        self._upto = 0  # what was found out about shapes holds for the rows up to here
        self._found: dict[str, dict[Sql, list[int] | None]] = {_SHAPE: {}, _CONNECTION: {}}

    def where(self, condition: Condition, first: int, last: int) -> Sql:
        """What the rows of a chunk have to meet; NOTHING: none of them can."""
        alike: list[Term] = []
        others: list[Term] = []
        for term in condition.terms:
            (alike if self._is_about_shapes(term) else others).append(term)
        if others or last > self._upto:
            self._renew()
        parts: list[Sql] = []
        if alike:
            asked = _all(list(map(_plain_term, alike)))
            found = self._shapes(asked)
            parts.append(asked if found is None else _among("e.shape", found))
            if parts == [NOTHING]:
                return NOTHING
        return _all([*parts, *(self._term(term, first, last) for term in others)])

    def _renew(self) -> None:
        """Forget what was found when the record was smaller or different.

        A shape never changes: in a flood each look finds more rows, but no new shape.
        """
        version = self._ask("PRAGMA data_version", ())
        many = any(len(found) > _REMEMBERED for found in self._found.values())
        if version == self._version and not many:
            return
        self._version = version
        newest = self._ask(f"SELECT max(seq) FROM {self._schema.entries}", ())
        upto = newest[0][0] if newest and type(newest[0][0]) is int else 0
        kinds = self._ask(_KINDS, ()) if self._schema.has_shapes else None
        if kinds != self._kinds or many:
            self.forget()
            self._kinds = kinds
        self._found[_CONNECTION].clear()
        self._upto = upto

    def forget(self) -> None:
        """Forget everything found: another file is read from now on."""
        self._upto = 0
        for found in self._found.values():
            found.clear()

    def _is_about_shapes(self, term: Term) -> bool:
        return self._schema.has_shapes and all(
            isinstance(part, Plain) and part.about is About.SHAPE for part in term.parts
        )

    def _term(self, term: Term, first: int, last: int) -> Sql:
        found = _any([self._part(part, first, last) for part in term.parts])
        if not term.negated:
            return found
        return Sql("1") if found == NOTHING else Sql(f"({found.text}) IS NOT TRUE", found.params)

    def _part(self, part: Part, first: int, last: int) -> Sql:
        match part:
            case Plain(sql, params, About.SHAPE):
                found = self._shapes(Sql(sql, params))
                return Sql(sql, params) if found is None else _among("e.shape", found)
            case Plain(sql, params, About.CONNECTION):
                found = self._connections(Sql(sql, params))
                return Sql(sql, params) if found is None else _among("e.connection", found)
            case Plain(sql, params, About.PEER):
                return self._peer(Sql(sql, params))
            case Plain(sql, params):
                return Sql(sql, params)
            case Numbered():
                return self._numbered(part, first, last)
            case Contains():
                return self._contains(part, first, last)

    def _shapes(self, asked: Sql) -> list[int] | None:
        """The shapes that meet a condition; None: the record has no shapes, or very many do."""
        if not self._schema.has_shapes:
            return None
        return self._ids(_SHAPE, "shape e LEFT JOIN endpoint p ON p.id = e.endpoint", "e.id", asked)

    def _connections(self, asked: Sql) -> list[int] | None:
        return self._ids(_CONNECTION, "connection c", "c.id", asked)

    def _ids(self, table: str, source: str, name: str, asked: Sql) -> list[int] | None:
        known = self._found[table]
        if asked not in known:
            many = self._ask(f"SELECT count(*) > ? FROM {table}", (MANY,))
            known[asked] = (
                None
                if many and many[0][0]
                else _numbers(
                    self._ask(
                        f"SELECT json_group_array({name}) FROM {source} WHERE {asked.text}",
                        asked.params,
                    )
                )
            )
        return known[asked]

    def _peer(self, asked: Sql) -> Sql:
        """A row's own peer, else that of its connection."""
        own = self._shapes(Sql(asked.text.replace(PEER, "e.peer"), asked.params))
        others = self._connections(Sql(asked.text.replace(PEER, "c.peer"), asked.params))
        none = self._shapes(Sql("e.peer IS NULL"))
        if own is None or others is None or none is None:
            return asked
        return _any(
            [
                _among("e.shape", own),
                _all([_among("e.connection", others), _among("e.shape", none)]),
            ]
        )

    def _numbered(self, wanted: Numbered, first: int, last: int) -> Sql:
        """The connections that a number means; if there are very many, those that occur in the
        chunk.
        """
        if self._numbers is None:
            asked = Sql(f"c.number {wanted.operator} ?", (wanted.number,))
            ids = self._connections(asked)
            return asked if ids is None else _among("e.connection", ids)
        ids = self._numbers.ids(wanted)
        if len(ids) > MANY:
            occur = self._ask(
                f"SELECT DISTINCT connection FROM {self._schema.entries} WHERE seq BETWEEN ? AND ?",
                (first, last),
            )
            ids = sorted({row[0] for row in occur}.intersection(ids))
        return _among("e.connection", ids)

    def _contains(self, wanted: Contains, first: int, last: int) -> Sql:
        itself = Sql("instr(e.payload, ?) > 0", (wanted.raw,))
        if not (wanted.joined or wanted.encoded):
            return itself
        spoken = {number: (encoding, kind) for number, encoding, kind in self._ask(_SPOKEN, ())}
        parts = []
        for names, raw in wanted.encoded:
            speaking = [number for number, (encoding, _) in spoken.items() if encoding in names]
            parts.append(_all([self._of(speaking), Sql("instr(e.payload, ?) > 0", (raw,))]))
        if not wanted.joined:
            return _any([itself, *parts])
        streams = {
            number: encoding for number, (encoding, kind) in spoken.items() if kind == "SOCK_STREAM"
        }
        return _any([*self._in_stream(wanted, itself, streams, first, last), *parts])

    def _in_stream(
        self, wanted: Contains, itself: Sql, streams: Mapping[int, str], first: int, last: int
    ) -> list[Sql]:
        """The rows that contain the text, and those that complete it. Both are searched for at
        once, since reading the bytes is what takes the time.
        """
        needles = spelled(wanted, streams)
        may, params = may_complete(needles)
        found = self._ask(
            "SELECT json_group_array(seq) FILTER (WHERE holds),"
            " json_group_array(seq) FILTER (WHERE NOT holds)"
            f" FROM (SELECT e.seq AS seq, {itself.text} AS holds FROM {self._schema.entries} e"
            f" WHERE e.seq BETWEEN ? AND ? AND ({itself.text} OR {may}) ORDER BY e.seq)",
            (*itself.params, first, last, *itself.params, *params),
        )
        holding, candidates = (json.loads(text) for text in found[0]) if found else ([], [])
        ended = completed(self._ask, self._before, self._schema.event, needles, candidates)
        if len(holding) <= LISTED:
            return [_among("e.seq", sorted(holding + ended))]
        return [itself, _among("e.seq", ended)]

    def _of(self, endpoints: Sequence[int]) -> Sql:
        """The rows of certain endpoints."""
        asked = _among("e.endpoint", endpoints)
        if asked == NOTHING:
            return NOTHING
        found = self._shapes(asked)
        return asked if found is None else _among("e.shape", found)


def _plain_term(term: Term) -> Sql:
    """A term all of whose parts are plain."""
    parts = [part for part in term.parts if isinstance(part, Plain)]
    text = joined("OR", [part.sql for part in parts])
    params = tuple(param for part in parts for param in part.params)
    return Sql(f"({text}) IS NOT TRUE" if term.negated else f"({text})", params)


def _all(parts: Sequence[Sql]) -> Sql:
    if NOTHING in parts:
        return NOTHING
    return _put_together("AND", parts) if parts else Sql("1")


def _any(parts: Sequence[Sql]) -> Sql:
    left = [part for part in parts if part != NOTHING]
    return _put_together("OR", left) if left else NOTHING


def _put_together(word: str, parts: Sequence[Sql]) -> Sql:
    if len(parts) == 1:
        return parts[0]
    return Sql(
        joined(word, [f"({part.text})" for part in parts]),
        tuple(param for part in parts for param in part.params),
    )


def _numbers(found: list[tuple[Any, ...]]) -> list[int]:
    """The integers of one JSON list."""
    return sorted(json.loads(found[0][0] or "[]")) if found else []


def _among(name: str, numbers: Sequence[int]) -> Sql:
    """Whether a number is one of these."""
    runs: list[list[int]] = []
    for number in numbers:
        if runs and number == runs[-1][1] + 1:
            runs[-1][1] = number
        else:
            runs.append([number, number])
        if len(runs) > FEW:
            return Sql(f"{name} IN (SELECT value FROM json_each(?))", (json.dumps(numbers),))
    if not runs:
        return NOTHING
    return Sql(
        " OR ".join(
            f"{name} = {low}" if low == high else f"{name} BETWEEN {low} AND {high}"
            for low, high in runs
        )
    )
