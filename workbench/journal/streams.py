"""The text of rows that carry bytes; characters that were split by reads are put together."""

from __future__ import annotations

import json
from collections import OrderedDict
from collections.abc import Callable, Iterator
from itertools import chain
from typing import Final

from workbench.journal.reader import AROUND, Reader, Row
from workbench.named_tuple import NamedTuple
from workbench.payload.characters import LONGEST_MARK
from workbench.payload.decoding import (
    Decoder,
    Piece,
    Shown,
    has_order,
    has_units,
    in_order_of,
    may_go_on,
    message,
    resume,
    show_next,
    whole,
)

READS: Final = frozenset({"recv", "recvfrom", "recvmsg"})
SENDS: Final = frozenset({"send", "sendto", "sendmsg"})
PIECES: Final = 200
"""Earlier reads looked at to find where a character begins: one is enough for nearly every text."""
REMEMBERED: Final = 4096
"""Directions of connections whose decoder is kept for the next row."""


class Manner(NamedTuple):
    """How an endpoint's bytes and failures read as text: by its encoding and kind of socket."""

    type: str = "SOCK_STREAM"
    encoding: str = "utf-8"
    family: str = "AF_INET"


def encoding_of(config: str) -> str:
    """The encoding in an endpoint's settings (JSON); UTF-8 if there is none."""
    try:
        found = json.loads(config).get("encoding")
    except (ValueError, AttributeError, RecursionError):
        return "utf-8"
    return found if isinstance(found, str) else "utf-8"


class Recorded:
    """The manner of each endpoint of a record, as its newest settings say."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader
        self._known: dict[str | None, Manner] = {}

    def __call__(self, endpoint: str | None) -> Manner:
        if endpoint not in self._known:
            self._known = {
                row.name: Manner(row.type, encoding_of(row.config), row.family)
                for row in self._reader.endpoints()
            }
            self._known.setdefault(endpoint, Manner())
        return self._known[endpoint]


class Streams:
    """The text of rows that carry bytes, on one line each.

    The text of a row does not depend on the rows after it: an unfinished character at its end is
    marked, and is shown whole in the row that completes it. A single row is decoded with the help
    of the rows before it of the same connection and direction: at most about PIECES of them, within
    the reader's LOOK_BACK rows. A UTF-16 stream may be decoded one byte off if neither its
    beginning nor a row shown just before is within the reader's FAR rows; so may a run of Chinese
    characters in GBK without any ASCII character that is longer than PIECES reads.
    """

    def __init__(
        self,
        reader: Reader,
        manner_of: Callable[[str | None], Manner] | None = None,
        *,
        every_row: bool = False,
    ) -> None:
        """Attributes as arguments.

        Args:
            reader: the record.
            manner_of: type and encoding of an endpoint; None: as recorded.
            every_row: it will be asked for all rows that carry bytes, in order, so that no earlier
                row needs to be looked up.
        """
        self._reader = reader
        self._manner_of = manner_of or Recorded(reader)
        self._every_row = every_row
        self._orders: dict[tuple[int, bool, str], str] = {}
        # no decoder: the row ended with a whole character, and another one begins with the next
        self._known: OrderedDict[tuple[int, bool, str], tuple[int, Decoder | None]] = OrderedDict()

    def show(self, row: Row, most: int | None = None, encoding: str | None = None) -> Shown:
        """The bytes of a row as text, cut after `most` of them, but never within a character.

        `encoding`: used in place of the endpoint's own.
        """
        manner = self._manner_of(row.endpoint)
        encoding = encoding or manner.encoding
        piece = piece_of(row)
        if manner.type != "SOCK_STREAM" or row.connection is None or not carries(row):
            return message(piece, encoding, most)
        key = (row.connection, row.call in READS, encoding)
        decoder: Decoder | None = None
        shown = whole(piece, encoding, most)
        if shown is None:
            decoder = self._decoder(row, key)
            shown = show_next(decoder, piece, most)
        self._known[key] = (row.seq, decoder)
        self._known.move_to_end(key)
        if len(self._known) > REMEMBERED:
            self._known.popitem(last=False)
        return shown

    def forget(self) -> None:
        """Forget the decoders: rows were skipped, and what they carried is unknown."""
        self._known.clear()

    def _decoder(self, row: Row, key: tuple[int, bool, str]) -> Decoder:
        if not may_go_on(row.payload or b"", key[2]):
            return Decoder(key[2])
        before, known = self._known.get(key, (0, None))
        known = known or Decoder(key[2])
        if self._every_row and 0 < before < row.seq:
            return known
        earlier = self._earlier(row)
        newest = next(earlier, None)
        if newest is None:
            return Decoder(key[2])
        if newest[0] == before:
            return known
        if not has_units(key[2]):
            return resume(key[2], (piece for _, piece in chain([newest], earlier)))
        found = [newest, *earlier]
        pieces = [piece for _, piece in found]
        known_order = has_order(key[2]) and sum(len(p.data) for p in pieces) >= LONGEST_MARK
        calls = READS if key[1] else SENDS
        before_all = self._reader.carried_bytes(key[0], calls, found[-1][0])
        return resume(self._in_order(row, key) if known_order else key[2], pieces, before_all)

    def _in_order(self, row: Row, key: tuple[int, bool, str]) -> str:
        """The encoding with the byte order that the beginning of the row's stream states, if that
        is recorded; it may be far away.
        """
        found = self._orders.get(key)
        if found is None:
            opened = self._reader.connection(key[0])
            since = (opened.opened_seq or 0) if opened is not None else row.seq
            calls = READS if key[1] else SENDS
            first = self._reader.carried_after(key[0], calls, max(0, since - AROUND), LONGEST_MARK)
            head = b"".join(payload[:LONGEST_MARK] for _, payload, _ in first)[:LONGEST_MARK]
            found = self._orders[key] = in_order_of(key[2], head)
            if len(self._orders) > REMEMBERED:
                self._orders.clear()
        return found

    def _earlier(self, row: Row) -> Iterator[tuple[int, Piece]]:
        """What the same connection carried in the same direction before a row, newest first."""
        assert row.connection is not None
        calls = READS if row.call in READS else SENDS
        seq = row.seq
        for asked in (1, 16, PIECES):
            found = self._reader.carried_before(row.connection, calls, seq, asked)
            for seq, payload, size in found:
                yield seq, Piece(payload, max(0, size - len(payload)))
            if len(found) < asked:
                return


def carries(row: Row) -> bool:
    """Whether a row says which bytes passed through its socket."""
    return (
        row.kind == "call"
        and row.error is None
        and bool(row.size)
        and row.payload is not None
        and (row.call in READS or row.call in SENDS)
    )


def piece_of(row: Row) -> Piece:
    """The bytes of a row, and how many of them the record did not keep."""
    data = row.payload or b""
    return Piece(data, 0 if row.size == len(data) else not_kept(row))


def not_kept(row: Row) -> int:
    """How many bytes a call carried beyond those in its row."""
    size = row.size
    if size is None or row.result is None:
        return 0
    return max(0, size - len(row.payload or b""))
