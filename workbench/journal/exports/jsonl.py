"""The promised JSON lines: one event a line."""

from __future__ import annotations

from collections.abc import Iterable
from json.encoder import encode_basestring_ascii
from typing import Final, TextIO

from workbench.journal.exports.rows import Spelled, write_pages
from workbench.journal.query import Condition
from workbench.journal.reader import Reader, Row

_LINE: Final = (
    '{"seq":%d,"t_ns":%d,"duration_ns":%d,"kind":%s,"endpoint":%s,"connection":%s,"number":%s,'
    '"call":%s,"args":%s,"result":%s,"errno":%s,"error":%s,"local":%s,"peer":%s,"size":%s,'
    '"payload":%s,"cause":%s}\n'
)


def to_jsonl(reader: Reader, out: TextIO, condition: Condition | None) -> int:
    """Write one JSON object a line; how many.

    Bytes that were not kept show as a payload shorter than `size`.
    """
    return write_pages(out, JsonLines().of, reader, condition)


class JsonLines:
    """Makes the lines: every key, printable ASCII, payload as hex.

    The keys are always the same and the texts nearly so: json.dumps of each row takes ten times
    as long.
    """

    def __init__(self, run: str | None = None) -> None:
        """`run`: the name of the run that they are of, where there are several: one more key."""
        self._json = Spelled(_json, "null")
        self._line = _LINE
        if run is not None:
            self._line = f'{_LINE[:-2]},"run":{_json(run).replace("%", "%%")}}}\n'

    def of(self, rows: Iterable[Row]) -> str:
        """The lines of some rows."""
        json, line = self._json, self._line
        return "".join([
            line % (
                seq, t_ns, duration_ns, json[kind], json[endpoint],
                "null" if connection is None else connection,
                "null" if number is None else number,
                json[call], json[args], "null" if result is None else result, json[errno],
                json[error], json[local], json[peer], "null" if size is None else size,
                "null" if payload is None else f'"{payload.hex()}"',
                "null" if cause is None else cause,
            )
            for seq, t_ns, duration_ns, kind, endpoint, connection, call, args, result, errno,
                error, local, peer, size, payload, cause, number in rows
        ])  # fmt: skip


def _json(text: str) -> str:
    return encode_basestring_ascii(text).replace("\x7f", "\\u007f")
