"""Export as JSON lines, a public format: one event a line."""

from __future__ import annotations

from collections.abc import Iterable
from json.encoder import encode_basestring_ascii
from typing import TextIO

from workbench.journal.exports.rows import REMEMBERED, SHORT, Looked, Spelled, untold, write_pages
from workbench.journal.query import Condition
from workbench.journal.reader import Reader, Row

Shared = tuple[
    str, str | None, int | None, int | None, str, str, str | None, str | None, str | None,
    str | None,
]  # fmt: skip
"""What is the same in rows of one connection, from kind to peer, without result and size."""


def to_jsonl(
    reader: Reader, out: TextIO, condition: Condition | None, looked: Looked = untold
) -> int:
    """Write one JSON object a line, and return their number.

    Bytes that were not kept show as a payload shorter than `size`.
    """
    return write_pages(out, JsonLines().of, reader, condition, looked)


class JsonLines:
    """Makes the lines: every key, printable ASCII, the payload as hex.

    The keys are always the same, and so is most of each row of one connection, which is cached:
    json.dumps of each row takes twenty times as long.
    """

    def __init__(self, run: str | None = None) -> None:
        """`run`: the name of the run that the rows belong to, if there are several: one more
        key.
        """
        self._json = Spelled(_json, "null")
        self.end = "}\n" if run is None else f',"run":{_json(run)}}}\n'
        self._kept: dict[Shared, tuple[str, str]] = {}

    def of(self, rows: Iterable[Row]) -> str:
        """The lines of some rows."""
        kept, end = self._kept, self.end
        lines: list[str] = []
        for (
            seq, t_ns, duration_ns, kind, endpoint, connection, call, args, result, errno, error,
            local, peer, size, payload, cause, number,
        ) in rows:  # fmt: skip
            shared = (
                kind, endpoint, connection, number, call, args, errno, error, local, peer,
            )  # fmt: skip
            found = kept.get(shared)
            before, after = self._learn(shared) if found is None else found
            data = "null" if payload is None else f'"{payload.hex()}"'
            lines.append(
                f'{{"seq":{seq},"t_ns":{t_ns},"duration_ns":{duration_ns},{before}'
                f"{'null' if result is None else result},{after}"
                f'{"null" if size is None else size},"payload":{data},"cause":'
                f"{'null' if cause is None else cause}{end}"
            )
        return "".join(lines)

    def around(self, shared: Shared) -> tuple[str, str]:
        """What comes before the result of a row, and between the result and the size."""
        found = self._kept.get(shared)
        return self._learn(shared) if found is None else found

    def _learn(self, shared: Shared) -> tuple[str, str]:
        """Cache what comes before the result of a row, and between the result and the size."""
        kind, endpoint, connection, number, call, args, errno, error, local, peer = shared
        json = self._json
        before = (
            f'"kind":{json[kind]},"endpoint":{json[endpoint]},'
            f'"connection":{"null" if connection is None else connection},'
            f'"number":{"null" if number is None else number},'
            f'"call":{json[call]},"args":{json[args]},"result":'
        )
        after = (
            f'"errno":{json[errno]},"error":{json[error]},"local":{json[local]},'
            f'"peer":{json[peer]},"size":'
        )
        if len(args) <= SHORT:
            if len(self._kept) >= REMEMBERED:
                self._kept.clear()
            self._kept[shared] = before, after
        return before, after


def _json(text: str) -> str:
    return encode_basestring_ascii(text).replace("\x7f", "\\u007f")
