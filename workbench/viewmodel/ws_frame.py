"""A WebSocket frame as its row describes it, with its header bit by bit (RFC 6455 5.2)."""

from __future__ import annotations

import ast
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from workbench.engine.model.websocket_settings import FORMS, OPCODES
from workbench.engine.protocol.websocket.frames import header, least_form, masked
from workbench.literals import parse_expression, value_of
from workbench.named_tuple import NamedTuple
from workbench.texts import Problem, tr
from workbench.viewmodel.layer_calls import FRAME_SENT, FRAMES

if TYPE_CHECKING:
    from workbench.journal.reader import Row


class WsFrame(NamedTuple):
    """One frame.

    Attributes:
        name: that of the opcode, as in the row. opcode: None: the name is unknown.
        rsv: 4 is RSV1, 2 RSV2, 1 RSV3.
        mask: the key; None: the frame is not masked.
        form: bytes of the extended length: 0, 2 or 8.
        length: what the header says; size: bytes of the payload, unmasked.
        wire: bytes that it took up in the layer below; None: the row does not say.
    """

    sent: bool
    name: str
    opcode: int | None
    fin: bool
    rsv: int
    mask: bytes | None
    form: int
    length: int
    size: int
    wire: int | None

    @property
    def header(self) -> bytes:
        """The bytes before the payload; b"": the opcode is unknown."""
        if self.opcode is None:
            return b""
        return header(
            self.opcode, self.length, fin=self.fin, rsv=self.rsv, mask=self.mask, form=self.form
        )


class Field(NamedTuple):
    """One field of the header.

    Attributes:
        key: that of the text that names it, `frame.KEY`.
        first, bits: its position and length in the header.
        value: as it is shown.
    """

    key: str
    first: int
    bits: int
    value: str

    @property
    def bytes(self) -> range:
        """The bytes of the header that contain it."""
        return range(self.first // 8, (self.first + self.bits + 7) // 8)


def frame_of(row: Row) -> WsFrame | None:
    """The frame that a row describes; None: it describes none, or not in a readable form."""
    if row.call not in FRAMES:
        return None
    return _read(row.call == FRAME_SENT, row.args, row.size or 0, row.result)


@lru_cache(maxsize=512)
def _read(sent: bool, args: str, size: int, wire: int | None) -> WsFrame | None:
    try:
        tree = parse_expression(f"f({args})")
        if not isinstance(tree, ast.Call) or len(tree.args) != 1:
            return None
        name = value_of(tree.args[0])
        said = {item.arg: value_of(item.value) for item in tree.keywords}
        return _made(sent, str(name), said, size, wire)
    except (ValueError, TypeError, OverflowError, Problem):
        return None


def _made(
    sent: bool, name: str, said: dict[str | None, Any], size: int, wire: int | None
) -> WsFrame:
    length = int(said.get("length", size))
    form = said.get("form")
    if form is None:
        form = least_form(length)
    mask = said.get("mask")
    if form not in FORMS:
        raise ValueError(form)
    header(0, length, form=form)  # whether there can be such a frame
    return WsFrame(
        sent,
        name,
        _opcode(name),
        bool(said.get("fin", True)),
        int(said.get("rsv", 0)) & 7,
        bytes.fromhex(mask) if mask else None,
        form,
        length,
        size,
        wire,
    )


def _opcode(name: str) -> int | None:
    """The opcode from its name, or from its number if it has none ("0x3", "3")."""
    if name in OPCODES:
        return OPCODES[name]
    try:
        number = int(name, 0)
    except ValueError:
        return None
    return number if 0 <= number < 16 else None


def fields(frame: WsFrame) -> tuple[Field, ...]:
    """The header's fields in order, without the payload."""
    if frame.opcode is None:
        return ()
    found = [
        Field("fin", 0, 1, str(int(frame.fin))),
        *(Field(f"rsv{n}", n, 1, str(frame.rsv >> (3 - n) & 1)) for n in (1, 2, 3)),
        Field("opcode", 4, 4, f"0x{frame.opcode:X} {frame.name}"),
        Field("mask", 8, 1, str(int(frame.mask is not None))),
        Field("length", 9, 7, str(frame.header[1] & 0x7F)),
    ]
    at = 16
    if frame.form:
        found.append(Field("extended", at, 8 * frame.form, str(frame.length)))
        at += 8 * frame.form
    if frame.mask is not None:
        found.append(Field("key", at, 32, frame.mask.hex(" ")))
    return tuple(found)


def on_wire(frame: WsFrame, payload: bytes) -> bytes:
    """The frame as it went over the wire, as far as its payload was kept."""
    return frame.header + (masked(payload, frame.mask) if frame.mask is not None else payload)


def summary(frame: WsFrame) -> str:
    """The frame in one sentence."""
    way = "out" if frame.sent else "in"
    wire = len(frame.header) + frame.size if frame.wire is None else frame.wire
    return tr(f"frame.says_{way}", name=frame.name, size=frame.size, wire=wire)


def meaning(frame: WsFrame, field: Field) -> str:
    """What a field says here, in words."""
    match field.key:
        case "fin":
            return tr("frame.fin_1" if frame.fin else "frame.fin_0")
        case "rsv1" | "rsv2" | "rsv3":
            set_here = field.value == "1"
            return tr(f"frame.{field.key}_set" if set_here else "frame.rsv_0")
        case "opcode":
            return tr(f"frame.opcode_{frame.name}" if frame.name in OPCODES else "frame.reserved")
        case "mask":
            return tr("frame.mask_1" if frame.mask is not None else "frame.mask_0")
        case "length":
            return tr(f"frame.length_{frame.form}", length=frame.length)
        case "extended":
            right = frame.form == least_form(frame.length)
            return tr("frame.extended_right" if right else "frame.extended_long")
    return tr("frame.key_meaning")
