"""Masked: rows as outputs show them, with secrets and sensitive headers masked."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from operator import itemgetter
from typing import Final

from workbench.engine.model.events import CALL
from workbench.journal.reader import Reader, Row
from workbench.journal.schema import SECRETS
from workbench.journal.streams import READS, SENDS, carries, piece_of
from workbench.payload.masking import Masker

EARLIER: Final = 64
"""Rows of a stream before one that are looked at, unless they have just been shown."""
LATER: Final = 64
LINE_END: Final = 0x0A
NAME: Final = 32
"""Bytes that the name of such a header fits into."""
STREAMS: Final = 20_000
"""Streams whose end is remembered."""
TEXTS: Final = 4_096
AT_ONCE: Final = 1_000_000
"""Bytes of a page that are checked as a whole, which takes twice that in memory."""
_SIZE: Final = itemgetter(Row._fields.index("size"))
_KIND_OF_ROW: Final = itemgetter(*map(Row._fields.index, ("kind", "connection", "call", "error")))
_CARRY: Final = READS | SENDS
Stream = tuple[int, bool]


def secrets_in(spelled: str) -> list[dict[str, str]]:
    """The secrets of `meta.secrets`, each with name, env and value; malformed ones are left out."""
    try:
        found = json.loads(spelled)
    except (ValueError, RecursionError):
        return []
    items = found if isinstance(found, list) else []
    texts = [
        {key: value for key, value in item.items() if isinstance(value, str)}
        for item in items
        if isinstance(item, dict)
    ]
    return [item for item in texts if "value" in item]


def secret_values(spelled: str) -> list[str]:
    """The values among these, which are to be masked."""
    return [item["value"] for item in secrets_in(spelled)]


class Masked:
    """Masks the rows of one record page by page; fastest if asked in order.

    Attributes:
        reader: of the record.
    """

    def __init__(self, reader: Reader) -> None:
        self.reader = reader
        self._spelled: str | None = None
        self._masker = Masker(())
        self._texts: dict[str, str] = {}
        self._ends: dict[Stream, bytes] = {}
        self._next = reader.first_seq
        # every row so far has passed through here, so no unfinished header has begun
        self._whole = True

    def rows(self, rows: Sequence[Row]) -> list[Row]:
        """The rows, masked; unchanged if the reader shows secrets."""
        if self.reader.shows_secrets:
            return list(rows)
        self._look()
        if not self._masker.any:
            if self._go_on_plainly(rows):
                return list(rows)
            return [row if self._goes_on_plainly(row) else self._row(row, {}) for row in rows]
        later = self._later(rows)
        return [self._row(row, later) for row in rows]

    def _go_on_plainly(self, rows: Sequence[Row]) -> bool:
        """Whether all rows of a page are as `_goes_on_plainly` says, or carry nothing: they are
        checked all at once, in half the time, and noted.

        No word of a header's name occurs in a row, and none begins at the end of one, so none is
        split over rows either.
        """
        if not rows or rows[0].seq != self._next or rows[-1].seq != self._next + len(rows) - 1:
            return False
        carrying = [row for row in rows if row.payload]
        payloads = [row.payload for row in carrying if row.payload]
        kinds = dict(zip(map(_KIND_OF_ROW, carrying), payloads, strict=True))  # only a few
        texts = {row.args for row in rows}
        if not (
            all(
                kind == CALL and error is None and connection is not None and call in _CARRY
                for kind, connection, call, error in kinds
            )
            and all(map(_SIZE, carrying))
            and sum(map(len, payloads)) <= AT_ONCE
            and all(self._text(text) == text for text in texts)
        ):
            return False
        streams = {
            (connection, call in READS): data for (_, connection, call, _), data in kinds.items()
        }
        return self._note(payloads, streams, rows[-1].seq)

    def goes_on(
        self,
        payloads: Sequence[bytes],
        streams: Mapping[Stream, bytes],
        texts: Iterable[str],
        first: int,
        last: int,
    ) -> bool:
        """The same for rows that are given as columns: what they carry, the newest row of each
        stream, their arguments and numbers. False: they have to be masked by `rows`, and nothing
        was noted.
        """
        self._look()
        return (
            not self._masker.any
            and first == self._next
            and sum(map(len, payloads)) <= AT_ONCE
            and all(self._text(text) == text for text in texts)
            and self._note(payloads, streams, last)
        )

    def _note(self, payloads: Sequence[bytes], streams: Mapping[Stream, bytes], last: int) -> bool:
        """Note how the streams go on, up to row `last`; False: a header may be among it."""
        masker, ends = self._masker, self._ends
        if masker.may_have_headers(b"\n".join(payloads)) or masker.may_begin_headers(payloads):
            return False
        for stream in streams:
            before = ends.get(stream)
            if before is None:
                if not self._whole:
                    return False
            elif masker.may_have_headers(before) or masker.may_begin_headers([before]):
                return False
        for stream, payload in streams.items():
            ends[stream] = b"" if payload[-1] == LINE_END else payload[-NAME:]
        self._next = last + 1
        return True

    def _goes_on_plainly(self, row: Row) -> bool:
        """Whether a row is as nearly all are: bytes of a stream that directly follow those before,
        without a header to mask. If so it is noted as by `_row`, in a third of the time.
        """
        seq, _, _, kind, _, connection, call, args, _, _, error, _, _, size, payload, _, _ = row
        reads = call in READS
        if not (payload and size and (reads or call in SENDS) and kind == CALL and error is None):
            return False
        if seq != self._next or connection is None or (args and self._texts.get(args) != args):
            return False
        stream = (connection, reads)
        before = self._ends.get(stream)
        if before is None and not self._whole:
            return False
        whole = before + payload if before else payload
        if self._masker.may_have_headers(whole):
            return False
        self._ends[stream] = b"" if payload[-1] == LINE_END else whole[-NAME:]
        self._next = seq + 1
        return True

    def _look(self) -> None:
        """Look again for secrets: a record may get more while it is written."""
        spelled = self.reader.kept(SECRETS)
        if spelled != self._spelled:
            self._spelled = spelled
            self._masker = Masker(secret_values(spelled))
            self._texts.clear()

    def _later(self, rows: Iterable[Row]) -> dict[Stream, list[tuple[int, bytes]]]:
        """What these rows carry, by stream, for the rows before them."""
        found: dict[Stream, list[tuple[int, bytes]]] = {}
        for row in rows:
            stream = _stream(row)
            if stream is not None:
                found.setdefault(stream, []).append((row.seq, row.payload or b""))
        return found

    def _row(self, row: Row, later: dict[Stream, list[tuple[int, bytes]]]) -> Row:
        if row.seq != self._next:
            self._whole = False
            self._ends.clear()
        self._next = row.seq + 1
        args = self._text(row.args) if row.args else row.args
        payload = row.payload
        if payload:
            payload = self._payload(row, payload, later)
        if payload is row.payload and args == row.args:
            return row
        return row._replace(args=args, payload=payload)

    def _text(self, text: str) -> str:
        shown = self._texts.get(text)
        if shown is None:
            if len(self._texts) >= TEXTS:
                self._texts.clear()
            shown = self._texts[text] = self._masker.text(text)
        return shown

    def _payload(
        self, row: Row, payload: bytes, later: dict[Stream, list[tuple[int, bytes]]]
    ) -> bytes:
        stream = _stream(row)
        if stream is None:
            return self._masker.data(payload)
        if not self._masker.any and self._is_plain(row, payload, stream):
            return payload
        before = self._before(row, stream)
        after = b""
        if self._masker.any and not piece_of(row).missing:
            after = self._after(row, stream, payload, later.get(stream, []))
        if len(self._ends) >= STREAMS:
            self._ends.clear()
            self._whole = False
        self._ends[stream] = self._masker.end(before + payload, cut=bool(piece_of(row).missing))
        return self._masker.within(before, payload, after)

    def _is_plain(self, row: Row, payload: bytes, stream: Stream) -> bool:
        """Whether a row neither contains nor continues a header to mask: the quick answer if there
        are no secret values; False: it may.
        """
        before = self._before(row, stream)
        whole = before + payload if before else payload
        if not self._masker.may_have_headers(whole):
            if payload[-1] == LINE_END:
                self._ends[stream] = b""
            else:
                self._ends[stream] = whole[-NAME:]
            return True
        return False

    def _before(self, row: Row, stream: Stream) -> bytes:
        known = self._ends.get(stream)
        if known is not None or self._whole:
            return known or b""
        calls = READS if stream[1] else SENDS
        end = b""
        newest = self.reader.carried_before(stream[0], calls, row.seq, 1)
        if not newest or (not self._masker.any and newest[0][1][-1:] == b"\n"):
            return end
        for _, data, size in reversed(
            self.reader.carried_before(stream[0], calls, row.seq, EARLIER)
        ):
            end = self._masker.end(end + data, cut=size > len(data))
        return end

    def _after(
        self, row: Row, stream: Stream, payload: bytes, here: list[tuple[int, bytes]]
    ) -> bytes:
        """As much of the following bytes as may decide what the end of this row is."""
        if not self._masker.may_go_on(payload):
            return b""
        reach = self._masker.reach
        found = b"".join(data for seq, data in here if seq > row.seq)[:reach]
        if len(found) < reach:
            last = here[-1][0] if here else row.seq
            calls = READS if stream[1] else SENDS
            more = self.reader.carried_after(stream[0], calls, max(last, row.seq), LATER)
            found += b"".join(data for _, data, _ in more)
        return found[:reach]


def _stream(row: Row) -> Stream | None:
    """The stream that the bytes of a row belong to; None: the row stands alone."""
    if row.connection is None or not carries(row):
        return None
    return (row.connection, row.call in READS)
