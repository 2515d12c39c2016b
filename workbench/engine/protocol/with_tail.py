"""Adds the tail of a payload: fixed bytes, a checksum, further bytes."""

from __future__ import annotations

from workbench.engine.model.tail import Append, ByteOrder, Tailed
from workbench.payload.checksum import CHECKSUMS, Order, checksum
from workbench.payload.notation import suffix
from workbench.texts import Problem


def with_tail(data: bytes, said: Tailed, after: bytes = b"") -> bytes:
    """The payload, then what `append` adds, then the bytes `after`.

    Raises:
        Problem: a checksum is to cover bytes that do not exist.
    """
    if said.append is Append.NOTHING:
        return data + after
    if said.append.value not in CHECKSUMS:
        return data + suffix(said.append.value) + after
    first, last = said.checksum_from, said.checksum_to
    beyond = first >= len(data) if first else False
    if beyond or (last is not None and not first <= last < len(data)):
        end = len(data) - 1 if last is None else last
        raise Problem("engine.checksum_range", first=first, last=end, size=len(data))
    order: Order | None = None
    if said.checksum_order is not None:
        order = "little" if said.checksum_order is ByteOrder.LITTLE else "big"
    made = checksum(said.append.value, data, order, first, last)
    return data + made + after
