"""A payload with what is appended to it."""

from __future__ import annotations

from workbench.engine.model.tail import Append, ByteOrder, Tailed
from workbench.payload.checksum import CHECKSUMS, Order, checksum
from workbench.payload.notation import suffix


def with_tail(data: bytes, said: Tailed, after: bytes = b"") -> bytes:
    """The bytes, what is appended to them, and what its `append_hex` came to."""
    if said.append is Append.NOTHING:
        return data + after
    if said.append.value not in CHECKSUMS:
        return data + suffix(said.append.value) + after
    order: Order | None = None
    if said.checksum_order is not None:
        order = "little" if said.checksum_order is ByteOrder.LITTLE else "big"
    made = checksum(said.append.value, data, order, said.checksum_from, said.checksum_to)
    return data + made + after
