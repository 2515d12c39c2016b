"""Finds the rows that complete a text which earlier reads or sends of the stream began."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Final

from workbench.journal.query import Contains
from workbench.named_tuple import NamedTuple

Fetch = Callable[[str, Sequence[object]], list[tuple[Any, ...]]]
Before = Callable[[int, Sequence[str], int], tuple[int, bytes, int] | None]
"""The row before one of a connection that some calls carried: number, kept bytes, true size."""

FEW: Final = 100
"""This many rows are looked at one by one; for more, everything carried is walked through once."""
RUNS: Final = 12
"""Runs of bytes that are compared one by one; for more, a function decides."""
_WAYS: Final = (("recv", "recvfrom", "recvmsg"), ("send", "sendto", "sendmsg"))
_DIRECTION: Final = {call: calls for calls in _WAYS for call in calls}


class _Begin(NamedTuple):
    """A row whose bytes begin with the last part of the text."""

    seq: int
    connection: int
    calls: Sequence[str]
    head: bytes
    needles: Sequence[bytes]


def spelled(wanted: Contains, encodings: Mapping[int, str]) -> dict[int, list[bytes]]:
    """The bytes of the text in the encoding of each endpoint."""
    return {number: wanted.spelled(encoding) for number, encoding in encodings.items()}


def may_complete(needles: Mapping[int, Sequence[bytes]]) -> tuple[str, list[bytes]]:
    """SQL over the payload of `e`, and its parameters: whether it begins like the last part of a
    text.

    Every row is tested: the first byte is compared, the second only if that matches.
    """
    texts = sorted({raw for found in needles.values() for raw in found if len(raw) > 1})
    if not texts:
        return "0", []
    first, bounds = _begins_with({byte for raw in texts for byte in raw[1:]})
    one = "instr(?, substr(e.payload, 1, 2)) > 0 OR substr(e.payload, 1, 1) = ?"
    return (
        f"({first}) AND ({' OR '.join([one] * len(texts))})",
        [*bounds, *(part for raw in texts for part in (raw[1:], raw[-1:]))],
    )


def _begins_with(wanted: set[int]) -> tuple[str, list[bytes]]:
    """SQL: whether a payload begins with one of these byte strings."""
    runs: list[tuple[int, int]] = []
    for byte in sorted(wanted):
        if runs and runs[-1][1] == byte - 1:
            runs[-1] = (runs[-1][0], byte)
        else:
            runs.append((byte, byte))
    if len(runs) > RUNS:
        return "instr(?, substr(e.payload, 1, 1)) > 0", [bytes(sorted(wanted))]
    sql, bounds = [], []
    for low, high in runs:
        sql.append("e.payload >= ?" if high == 255 else "(e.payload >= ? AND e.payload < ?)")
        bounds += [bytes([low])] if high == 255 else [bytes([low]), bytes([high + 1])]
    return " OR ".join(sql), bounds


def completed(
    fetch: Fetch,
    before: Before,
    source: str,
    needles: Mapping[int, Sequence[bytes]],
    candidates: Sequence[int],
) -> list[int]:
    """Which of the rows that `may_complete` it contain the end of a text that began in earlier
    rows.

    Bytes that the record has not kept break a text, as does the edge of a message.

    Args:
        fetch, before, source: how the record is read, and its events in a FROM.
        needles: the text, by endpoint; only endpoints of type SOCK_STREAM.
        candidates: numbers of rows of one chunk, in order.
    """
    if not candidates:
        return []
    longest = max(len(raw) for found in needles.values() for raw in found) - 1
    found = list(_begins(fetch, source, needles, candidates, longest + 1))
    if not found:
        return []
    tails = (
        _one_by_one(before, found, longest)
        if len(found) <= FEW
        else _in_one_pass(fetch, before, source, found, longest)
    )
    return [
        begin.seq
        for begin, tail in zip(found, tails, strict=True)
        if any(_joins(tail, begin.head, raw) for raw in begin.needles)
    ]


def _begins(
    fetch: Fetch,
    source: str,
    needles: Mapping[int, Sequence[bytes]],
    candidates: Sequence[int],
    longest: int,
) -> Iterator[_Begin]:
    """The rows with bytes of a stream that may begin with the end of the text."""
    for seq, endpoint, connection, call, kind, error, head in fetch(
        "SELECT e.seq, e.endpoint, e.connection, e.call, e.kind, e.error,"
        f" substr(e.payload, 1, ?) FROM {source} e"
        " WHERE e.seq IN (SELECT value FROM json_each(?)) AND e.size > 0"
        " AND typeof(e.payload) = 'blob' ORDER BY e.seq",
        (longest, json.dumps(candidates)),
    ):
        raws = [raw for raw in needles.get(endpoint, ()) if _sizes(head, raw)]
        if raws and call in _DIRECTION and kind == "call" and error is None and connection:
            yield _Begin(seq, connection, _DIRECTION[call], head, raws)


def _one_by_one(before: Before, begins: Sequence[_Begin], longest: int) -> Iterator[bytes]:
    """The last bytes before each row on its connection, asked row by row."""
    for begin in begins:
        yield _tail(before, begin, longest)


def _tail(before: Before, begin: _Begin, longest: int) -> bytes:
    tail, seq = b"", begin.seq
    while len(tail) < longest:
        found = before(begin.connection, begin.calls, seq)
        if found is None or found[2] > len(found[1]):
            break  # there is nothing before, or the bytes just before were not kept
        seq = found[0]
        tail = found[1] + tail
    return tail


def _in_one_pass(
    fetch: Fetch, before: Before, source: str, begins: Sequence[_Begin], longest: int
) -> Iterator[bytes]:
    """As `_one_by_one` for many rows, in one query over all rows between them."""
    tails: dict[tuple[int, Sequence[str]], bytes] = {}
    carried = iter(
        fetch(
            "SELECT seq, connection, call, substr(payload, ?), size > length(payload)"
            f" FROM {source} e"
            " WHERE seq BETWEEN ? AND ? AND size > 0 AND kind = 'call' AND error IS NULL"
            " AND typeof(coalesce(payload, x'')) = 'blob' ORDER BY seq",
            (-longest, begins[0].seq, begins[-1].seq),
        )
    )
    for begin in begins:
        key = (begin.connection, begin.calls)
        for seq, connection, call, data, cut in carried:
            calls = _DIRECTION.get(call)
            if seq == begin.seq:
                tail = tails.get(key)
                tail = _tail(before, begin, longest) if tail is None else tail
                yield tail
                tails[key] = b"" if cut else (tail + data)[-longest:]
                break
            if calls is not None and (connection, calls) in tails:
                tails[connection, calls] = (
                    b"" if cut else (tails[connection, calls] + (data or b""))[-longest:]
                )


def _sizes(head: bytes, raw: bytes) -> list[int]:
    """The numbers of bytes of the text's end that a row can begin with."""
    return [
        size for size in range(1, min(len(raw) - 1, len(head)) + 1) if head.startswith(raw[-size:])
    ]


def _joins(tail: bytes, head: bytes, raw: bytes) -> bool:
    return any(tail.endswith(raw[:-size]) for size in _sizes(head, raw))
