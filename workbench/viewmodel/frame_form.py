"""A WebSocket frame as it is typed, correct or broken, and the bytes that will be sent."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, replace
from typing import Any, Final

from workbench.engine.model.commands import SendFrame
from workbench.engine.model.websocket_settings import OPCODES
from workbench.engine.protocol.websocket.asked import NO_MASK, asked_frame
from workbench.engine.protocol.websocket.frames import header, masked
from workbench.frozen import dataclass
from workbench.payload.notation import parse_hex
from workbench.viewmodel import parse_fields
from workbench.viewmodel.payload_form import PayloadForm, content

AUTO: Final = ""
"""As the role has to, or as few bytes as it takes."""
WRONG: Final = "wrong"
"""Masked by another key than the one that is sent."""
MASKS: Final = (AUTO, NO_MASK, "00000000", "37fa213d", WRONG)
FORMS: Final = (AUTO, "0", "2", "8")
_RANDOM: Final = "?? ?? ?? ??"
_SHOWN: Final = 12
"""Bytes of a frame that are shown; there may be many."""
BREAKS: Final[Mapping[str, Mapping[str, Any]]] = {
    "mask_missing": {"mask": NO_MASK},
    "mask_unwanted": {"mask": "37fa213d"},
    "wrong_mask": {"mask": WRONG},
    "rsv1": {"rsv": "4"},
    "rsv2": {"rsv": "2"},
    "opcode": {"opcode": "3"},
    "control_opcode": {"opcode": "11"},
    "continuation_alone": {"opcode": "CONTINUATION"},
    "unfinished": {"fin": False},
    "control_fragmented": {"opcode": "PING", "fin": False},
    "control_long": {"opcode": "PING", "payload": "x" * 126},
    "form": {"form": "8"},
    "length_more": {"length": "100"},
    "length_less": {"length": "1"},
    "length_top_bit": {"form": "8", "length": str(1 << 63)},
    "utf8": {"payload": "\\xff\\xfe"},
    "close_one_byte": {"opcode": "CLOSE", "payload": "\\x03"},
    "close_code": {"opcode": "CLOSE", "payload": "\\x03\\xed"},
    "close_reason": {"opcode": "CLOSE", "payload": "\\x03\\xe8\\xff"},
}
"""Ways to break a frame, by the fault that it makes: what each puts into the fields."""


@dataclass(frozen=True, slots=True)
class FrameForm:
    """The fields of *Make frame*, as typed.

    Attributes:
        opcode: a name of OPCODES, or a number.
        mask: one of MASKS, or four bytes of hex.
        length: what the header says; "": the correct one. form: one of FORMS.
        payload: text with escapes.
    """

    opcode: str = "TEXT"
    fin: bool = True
    rsv: str = "0"
    mask: str = AUTO
    length: str = ""
    form: str = AUTO
    payload: str = "hello"

    @classmethod
    def read(cls, raw: Mapping[str, Any]) -> FrameForm:
        """A form from a file that anybody may have written; unknown keys are ignored."""
        kinds = {item.name: type(item.default) for item in fields(cls)}
        return cls(**{key: raw[key] for key in kinds if isinstance(raw.get(key), kinds[key])})

    def broken(self, how: str) -> FrameForm:
        """A correct frame with this payload, broken in one way of BREAKS; "": not at all."""
        return replace(FrameForm(payload=self.payload), **BREAKS.get(how, {}))

    def command(self, endpoint: str = "") -> SendFrame:
        """What sends it.

        Raises:
            Problem: a field cannot be understood, or no frame can be so.
        """
        said = content(PayloadForm(self.payload, encoding="utf-8"))
        made = SendFrame(
            endpoint,
            opcode=self._opcode(),
            text=said.text,
            hex=said.hex,
            encoding="utf-8" if said.text is not None else None,
            fin=self.fin,
            rsv=parse_fields.parse_whole(self.rsv, least=0, most=7),
            mask=None if self.mask in (AUTO, WRONG) else self.mask,
            wrong_mask=self.mask == WRONG,
            length=self._length(),
            form=int(self.form) if self.form else None,
            wait=False,
        )
        asked_frame(made, _bytes(made))
        return made

    def _opcode(self) -> int:
        if self.opcode in OPCODES:
            return OPCODES[self.opcode]
        return parse_fields.parse_whole(self.opcode, least=0, most=15)

    def _length(self) -> int | None:
        if not self.length.strip():
            return None
        return parse_fields.parse_whole(self.length, least=0, most=(1 << 64) - 1)

    def preview(self, *, client: bool) -> str:
        """The bytes that will go, in hex; a key that is made when they go is `??`.

        Raises:
            Problem: as `command` does.
        """
        made = self.command()
        frame = asked_frame(made, _bytes(made))
        hidden = frame.key is None and (client if frame.masked is None else frame.masked)
        hidden = hidden or frame.wrong_mask
        mask = bytes(4) if hidden else frame.key
        length = len(frame.payload) if frame.length is None else frame.length
        head = header(
            frame.opcode, length, fin=frame.fin, rsv=frame.rsv, mask=mask, form=frame.form
        )
        if hidden:
            return f"{head[:-4].hex(' ')} {_RANDOM}" + (" …" if frame.payload else "")
        return _hex(head + (frame.payload if mask is None else masked(frame.payload, mask)))


def _bytes(command: SendFrame) -> bytes:
    if command.hex is not None:
        return parse_hex(command.hex)
    return (command.text or "").encode()


def _hex(data: bytes) -> str:
    shown = data[:_SHOWN].hex(" ")
    return f"{shown} …" if len(data) > _SHOWN else shown
