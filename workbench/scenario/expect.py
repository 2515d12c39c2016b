"""Finding what a scenario expects among the committed events of a run."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from workbench.engine.errors import PENDING
from workbench.journal.reader import Reader, Row
from workbench.payload import compile_pattern, encode, parse_hex, show
from workbench.scenario.steps import ANY, Expect

_READS = frozenset({"recv", "recvfrom"})
PAGE = 5000
SHOWN_CALLS = 3
SHOWN_BYTES = 80


@dataclass(slots=True)
class _Connection:
    """One connection's events of the run, and how far they are used up.

    Attributes:
        number: 1 = first of its endpoint; 0 = the listener itself, or no connection.
        stream: bytes are one stream, not messages.
        rows: what is not consumed yet; of a read that is used in part, the rest of its bytes.
    """

    number: int
    stream: bool
    rows: list[Row] = field(default_factory=list)

    def use_up(self, row: Row, used: int | None = None) -> None:
        """Rows up to this one are consumed; of its bytes the first `used`, None: it wholly."""
        kept = [other for other in self.rows if other.seq > row.seq]
        if used is not None:
            kept.insert(0, row._replace(payload=(row.payload or b"")[used:]))
        self.rows = kept


See = Callable[[Row, int, bool], None]
"""Takes a row, the number of its connection, and whether its bytes are of a stream."""


class Matcher:
    """Reads the record of a run as it grows, and finds what steps expect in it.

    Attributes:
        onlookers: see each row once, as it is read.
    """

    def __init__(self, reader: Reader, start: int, whole: dict[int, bytes]) -> None:
        """`start`: the last seq before the run; `whole`: what the record cuts, by seq."""
        self._reader = reader
        self._seen = start
        self._whole = whole
        self._connections: dict[tuple[str, int | None], _Connection] = {}
        self._numbers: dict[int, int] = {}
        self.onlookers: list[See] = []
        self._before = max((item.id for item in reader.connections()), default=0)

    def take(self, upto: int) -> None:
        """Read what was committed since."""
        while self._seen < upto:
            rows = self._reader.page(self._seen + 1, min(PAGE, upto - self._seen))
            if not rows:
                return
            self._seen = rows[-1].seq
            for row in rows:
                payload = self._whole.pop(row.seq, row.payload)
                if row.endpoint is None:
                    continue
                whole, connection = row._replace(payload=payload), self._connection(row)
                connection.rows.append(whole)
                for see in self.onlookers:
                    see(whole, connection.number, connection.stream)

    def _connection(self, row: Row) -> _Connection:
        key = (row.endpoint or "", row.connection)
        found = self._connections.get(key)
        if found is None:
            found = self._connections[key] = self._new(row)
        return found

    def _new(self, row: Row) -> _Connection:
        if row.connection is None or row.endpoint is None:
            return _Connection(0, stream=False)
        endpoint = next(item for item in self._reader.endpoints() if item.name == row.endpoint)
        if row.connection not in self._numbers:
            self._number_all()
        number = self._numbers.get(row.connection, 0)
        return _Connection(number, stream=bool(number) and endpoint.type == "SOCK_STREAM")

    def _number_all(self) -> None:
        """As the endpoints number them: in the order they were made, not in which they speak."""
        listeners = {item.id for item in self._reader.endpoints() if item.role == "listener"}
        counts: dict[int, int] = {}
        for item in sorted(self._reader.connections()):
            if item.endpoint in listeners and item.parent is None:
                continue  # what listens is no conversation
            if item.id > self._before:
                counts[item.endpoint] = self._numbers[item.id] = counts.get(item.endpoint, 0) + 1

    def find(self, expect: Expect) -> bool:
        """Look for a match; True when all `count` were found, and only then are they used up."""
        if expect.count == 1:
            return self._find_one(expect)
        if not expect.wants_bytes and self._count(expect) < expect.count:
            return False  # a quick look: five hundred connects arrive one by one
        before = [(connection, connection.rows) for connection in self._candidates(expect)]
        if all(self._find_one(expect) for _ in range(expect.count)):
            return True
        for connection, rows in before:
            connection.rows = rows
        return False

    def instead(self, expect: Expect) -> str:
        """What came and was not used up, in a line; "" for nothing."""
        rows = sorted(row for connection in self._candidates(expect) for row in connection.rows
                      if row.kind in {"call", "end"} and row.errno not in PENDING)
        if not expect.wants_bytes:
            return ", ".join(in_words(row) for row in rows[-SHOWN_CALLS:])
        calls = _READS if expect.call is None else {expect.call}
        data = b"".join(row.payload or b"" for row in rows if row.call in calls)
        more = "…" if len(data) > SHOWN_BYTES else ""
        return show(data[:SHOWN_BYTES], expect.encoding) + more

    def _candidates(self, expect: Expect) -> list[_Connection]:
        return [
            connection for (name, _), connection in self._connections.items()
            if name == expect.endpoint
            and (expect.connection is None or connection.number == expect.connection)
        ]

    def _count(self, expect: Expect) -> int:
        return sum(
            sum(1 for row in connection.rows if fits(expect, row))
            for connection in self._candidates(expect)
        )

    def _find_one(self, expect: Expect) -> bool:
        best: tuple[Row, _Connection] | None = None
        for connection in self._candidates(expect):
            if expect.wants_bytes and connection.stream:
                if self._find_in_stream(expect, connection):
                    return True
                continue
            for row in connection.rows:
                if fits(expect, row) and (not expect.wants_bytes or is_message(expect, row)):
                    if best is None or row.seq < best[0].seq:
                        best = (row, connection)
                    break
        if best is None:
            return False
        best[1].use_up(best[0])
        return True

    def _find_in_stream(self, expect: Expect, connection: _Connection) -> bool:
        """Compare the concatenated unconsumed bytes; consume exactly those that matched."""
        rows = [row for row in connection.rows if row.payload and fits(expect, row)]
        left = end_of_match(expect, b"".join(row.payload or b"" for row in rows))
        if left is None:
            return False
        for row in rows:
            size = len(row.payload or b"")
            if left <= size:
                connection.use_up(row, left if left < size else None)
                break
            left -= size
        return True


def in_words(row: Row) -> str:
    """A call and what came of it, as code."""
    outcome = row.errno or row.error or row.result
    return f"{row.call}({row.args})" + ("" if outcome is None else f" = {outcome}")


def _wanted(expect: Expect) -> bytes | None:
    if expect.text is not None:
        return encode(expect.text, expect.encoding)
    if expect.hex is not None:
        return parse_hex(expect.hex)
    return None


def end_of_match(expect: Expect, data: bytes) -> int | None:
    """Where the match ends in a stream; None where there is none (yet)."""
    exact = _wanted(expect)
    if exact is not None:
        return len(exact) if data.startswith(exact) and exact else None
    if expect.contains is not None:
        part = encode(expect.contains, expect.encoding)
        place = data.find(part)
        return place + len(part) if place >= 0 and part else None
    found = compile_pattern(expect.regex or "", expect.encoding).search(data)
    return found.end() if found is not None and found.end() else None


def is_message(expect: Expect, row: Row) -> bool:
    """Whether one message is what is expected."""
    data = row.payload if row.payload is not None else b""
    exact = _wanted(expect)
    if exact is not None:
        return row.payload is not None and data == exact
    return end_of_match(expect, data) is not None


def fits(expect: Expect, row: Row) -> bool:
    """Whether a row has all the plain values of an expectation."""
    if expect.kind is None and expect.errno in {None, ANY} and row.errno in PENDING:
        return False
    if row.kind != expect.kind and (expect.kind is not None or row.kind == "command"):
        return False
    if expect.wants_bytes and expect.call is None and row.call not in _READS:
        return False
    wanted = (
        (expect.call, row.call), (expect.result, row.result), (expect.errno, row.errno),
        (expect.error, row.error), (expect.peer, row.peer), (expect.size, row.size),
    )  # fmt: skip
    return all(value is None or value == got or (value == ANY and got is not None)
               for value, got in wanted)
