"""Turns a cell of the log into terms of the filter, each with its menu text."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Final

from workbench.engine.model.events import COMMAND, NOTE
from workbench.journal.query import quoted
from workbench.journal.reader import Row
from workbench.named_tuple import NamedTuple
from workbench.texts import tr
from workbench.viewmodel.log_cells import took_text, who_text

SHOWN: Final = 40
"""Characters of a value that its words repeat."""
MOST_BYTES: Final = 64
"""Bytes that are made into a term: longer ones are no use in a field of text."""


class Offer(NamedTuple):
    """A menu text and the term that it adds to the filter; `alone`: the term replaces the
    filter.
    """

    text: str
    term: str
    alone: bool = False


def offers(row: Row, column: str = "", pair: int | None = None) -> list[Offer]:
    """What is offered for a row, first for the cell in this column; `pair`: the connection at the
    other end, if that is ours.
    """
    of_cell = _OF_CELL.get(column)
    found = [
        *(of_cell(row) if of_cell is not None else ()),
        *_of_connection(row, pair),
        *_of_call(row),
        *_of_peer(row),
    ]
    return list({offer.term: offer for offer in reversed(found)}.values())[::-1]


def _both(what: str, term: str) -> Iterator[Offer]:
    shown = what if len(what) <= SHOWN else f"{what[: SHOWN - 1]}…"
    yield Offer(tr("log.only", what=shown), term)
    yield Offer(tr("log.without", what=shown), f"-{term}")


def _of_connection(row: Row, pair: int | None = None) -> Iterator[Offer]:
    if row.endpoint is None:
        return
    endpoint = f"endpoint:{quoted(row.endpoint)}"
    if row.number is not None:
        yield Offer(tr("log.only", what=who_text(row)), f"{endpoint} #{row.number}")
        if pair is not None:
            both = f"conn:{row.connection}|{pair}"
            # found among errors, it is asked for to see what led there
            yield Offer(tr("log.both_ends", what=who_text(row)), both, alone=True)
    yield from _both(who_text(row._replace(number=None)), endpoint)


def _of_call(row: Row) -> Iterator[Offer]:
    if row.kind not in {COMMAND, NOTE}:
        yield from _both(f"{row.call}()", f"call:{quoted(row.call)}")


def _of_peer(row: Row) -> Iterator[Offer]:
    if row.peer:
        yield Offer(tr("log.same_peer", what=row.peer), f"peer:{quoted(row.peer)}")


def _from_here(row: Row) -> Iterator[Offer]:
    yield Offer(tr("log.from_here"), f"seq>={row.seq}")
    yield Offer(tr("log.up_to_here"), f"seq<={row.seq}")


def _arguments(row: Row) -> Iterator[Offer]:
    if row.args and row.kind not in {COMMAND, NOTE}:
        call = f"{row.call}({row.args})"
        shown = call if len(call) <= SHOWN else f"{call[: SHOWN - 1]}…"
        yield Offer(tr("log.only", what=shown), f"call:{quoted(row.call)} args:{quoted(row.args)}")


def _result(row: Row) -> Iterator[Offer]:
    if row.errno is not None:
        yield from _both(row.errno, f"errno:{quoted(row.errno)}")
    elif row.error is not None:
        yield from _both(row.error, f"error:{quoted(row.error)}")
    elif row.result is not None:
        yield Offer(tr("log.same_result", what=row.result), f"result:{row.result}")


def _duration(row: Row) -> Iterator[Offer]:
    if row.kind not in {COMMAND, NOTE}:
        yield Offer(tr("log.as_long", what=took_text(row)), f"duration>={row.duration_ns}ns")


def _bytes(row: Row) -> Iterator[Offer]:
    if row.payload and len(row.payload) <= MOST_BYTES:
        yield Offer(tr("log.same_bytes"), f"hex:{row.payload.hex()}")


def _local(row: Row) -> Iterator[Offer]:
    if row.local:
        yield from _both(row.local, f"local:{quoted(row.local)}")


def _peer(row: Row) -> Iterator[Offer]:
    yield from _of_peer(row)
    if row.peer:
        yield Offer(tr("log.without", what=row.peer), f"-peer:{quoted(row.peer)}")


def _size(row: Row) -> Iterator[Offer]:
    if row.size is not None:
        yield Offer(tr("log.as_large", what=row.size), f"size>={row.size}")
        yield Offer(tr("log.same_size", what=row.size), f"size:{row.size}")


def _cause(row: Row) -> Iterator[Offer]:
    if row.cause is not None:
        yield Offer(tr("log.led_by", what=row.cause), f"cause:{row.cause}")


_OF_CELL: Final[Mapping[str, Callable[[Row], Iterator[Offer]]]] = {
    "number": _from_here,
    "time": _from_here,
    "call": _arguments,
    "result": _result,
    "took": _duration,
    "data": _bytes,
    "local": _local,
    "peer": _peer,
    "size": _size,
    "cause": _cause,
}
"""By the key of a column; of the others what is offered for the row will do."""
