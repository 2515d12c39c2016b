"""Number fields: numbers and lengths as protocols write them, in a fixed or a variable width.

The widths are those of templates: u8 to u64, with le appended for little-endian, var7 as MQTT
counts (MQTT 5.0, 1.5.5), ber as ASN.1 does (X.690, 8.1.3).
"""

from __future__ import annotations

from typing import Literal

from workbench.texts import Problem


def encode_number(width: str, number: int) -> bytes:
    """A number as a field of this width.

    Raises:
        Problem: it does not fit.
    """
    found = None
    if number >= 0:
        match width:
            case "var7":
                found = _var7(number)
            case "ber":
                found = _ber(number)
            case _:
                digits = width.removeprefix("u").removesuffix("le")
                order: Literal["little", "big"] = "little" if width.endswith("le") else "big"
                if number < 1 << int(digits):
                    found = number.to_bytes(int(digits) // 8, order)
    if found is None:
        raise Problem("template.too_large", field=width, number=number)
    return found


def decode_number(width: str, data: bytes) -> int:
    """The number in a field of this width: the reverse of `encode_number`."""
    match width:
        case "var7":
            return sum((byte & 127) << 7 * place for place, byte in enumerate(data))
        case "ber":
            return data[0] if len(data) == 1 else int.from_bytes(data[1:], "big")
    return int.from_bytes(data, "little" if width.endswith("le") else "big")


def zero_filled(data: bytes, size: int, *, multiple: bool) -> bytes:
    """Bytes padded with zeros to `size`, or to a multiple of it.

    Raises:
        Problem: they are more than `size`.
    """
    if multiple:
        return data + bytes(-len(data) % size)
    if len(data) > size:
        raise Problem("template.too_large", field=f"pad{size}", number=len(data))
    return data.ljust(size, b"\0")


def _var7(value: int) -> bytes:
    """Seven bits a byte, the lowest first; each but the last has its high bit set."""
    found = bytearray()
    while True:
        value, low = divmod(value, 128)
        found.append(low | (128 if value else 0))
        if not value:
            return bytes(found)


def _ber(value: int) -> bytes:
    if value < 128:
        return bytes([value])
    width = (value.bit_length() + 7) // 8
    return bytes([0x80 | width]) + value.to_bytes(width, "big")
