"""The fields that say where a message ends: a kind, and one more field."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Final

from workbench.engine.model.message_ends import (
    HTTP,
    ByPattern,
    Delimiter,
    FixedSize,
    Http,
    Idle,
    LengthField,
    Messages,
)
from workbench.frozen import dataclass
from workbench.late_pattern import late_pattern
from workbench.payload.notation import parse_hex
from workbench.texts import Problem
from workbench.viewmodel import parse_fields
from workbench.viewmodel.payload_form import PayloadForm, content
from workbench.viewmodel.rule_form import typed

READS: Final = "reads"
"""No messages: each read stands for itself."""
KINDS: Final = (READS, "ends", "length", "size", "idle", "pattern", HTTP)
EXAMPLES: Final = {
    "ends": "\\r\\n",
    "length": "u16",
    "size": "8",
    "idle": "0.05",
    "pattern": r"(?P<length>\d+) ",
}
"""The initial text of the field when a kind is chosen; a kind without one needs no field."""
_LENGTH: Final = late_pattern(r"(\w+)(?:\s+at\s+(\d{1,9}))?(?:\s+add\s+(\d{1,9}))?", re.ASCII)
_SIZE_MOST: Final = 2**31


@dataclass(frozen=True, slots=True)
class MessagesForm:
    """The two fields, as typed.

    Attributes:
        kind: one of KINDS.
        value: for "ends", text with escapes; for "length", the field and, if not the default, its
            offset and how many bytes it does not count: u16 at 4 add 6; for "pattern", the regular
            expression; else a number.
    """

    kind: str = READS
    value: str = ""

    def read(self, encoding: str, known: Messages | None) -> Messages | None:
        """What they mean; what no field shows is as in `known`.

        Raises:
            Problem: it cannot be understood.
        """
        made = self._made(encoding)
        if made is None or isinstance(made, Http):
            return made
        if isinstance(made, type(known)) and not isinstance(made, FixedSize):
            made = replace(made, max=getattr(known, "max", made.max))
        if isinstance(made, ByPattern) and isinstance(known, ByPattern):
            made = replace(made, add=known.add)
        from workbench.engine.protocol.framing import framer_of  # imported where something is set

        framer_of(made, encoding, requests=True)
        return made

    @property
    def fault(self) -> Problem | None:
        """Why they cannot be understood, in any encoding; None: they can."""
        try:
            self.read("utf-8", None)
        except Problem as problem:
            return problem
        return None

    def _made(self, encoding: str) -> Messages | None:
        value = self.value.strip()
        match self.kind:
            case "ends":
                return _delimiter(self.value, encoding)
            case "length":
                found = _LENGTH.fullmatch(value)
                if found is None:
                    raise Problem("problem.messages_length", value=value)
                add = int(found[3]) if found[3] else None
                return LengthField(found[1], int(found[2] or 0), add)
            case "size":
                return FixedSize(parse_fields.parse_whole(value, least=1, most=_SIZE_MOST))
            case "idle":
                return Idle(parse_fields.parse_seconds(value))
            case "pattern":
                return ByPattern(self.value)
            case "http":
                return Http()
        return None


def _delimiter(value: str, encoding: str) -> Delimiter:
    found = content(PayloadForm(value, encoding=encoding))
    if found.text is not None:
        return Delimiter(found.text)
    return Delimiter(ends_hex=found.hex or "")


def show_messages(messages: Messages | None) -> MessagesForm:
    """The form as it would have been typed for a setting."""
    match messages:
        case None:
            return MessagesForm()
        case Delimiter():
            return MessagesForm("ends", typed(messages.ends) or _bytes(messages.ends_hex))
        case LengthField():
            at = f" at {messages.at}" if messages.at else ""
            add = "" if messages.add is None else f" add {messages.add}"
            return MessagesForm("length", f"{messages.length}{at}{add}")
        case FixedSize():
            return MessagesForm("size", str(messages.size))
        case Idle():
            return MessagesForm("idle", f"{messages.idle:g}")
        case ByPattern():
            return MessagesForm("pattern", messages.pattern)
        case Http():
            return MessagesForm(HTTP)


def _bytes(digits: str) -> str:
    return "".join(f"\\x{byte:02x}" for byte in parse_hex(digits))
