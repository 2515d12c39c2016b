"""The bytes that a step sends, as an expression of a script."""

from __future__ import annotations

from workbench.engine.model import commands as c
from workbench.engine.model.settings import EndpointSettings
from workbench.engine.model.tail import Append
from workbench.engine.protocol.with_tail import with_tail
from workbench.literals import comment, literal
from workbench.payload.characters import codec
from workbench.payload.checksum import CHECKSUMS
from workbench.payload.templates import hex_template
from workbench.scenario.code_sockets import left_out
from workbench.texts import tr


def payload(command: c.Send, item: EndpointSettings) -> tuple[list[str], str]:
    """Lines that stand before it, and the expression."""
    lines: list[str] = []
    encoding = codec(command.encoding or item.encoding)
    if command.file is not None:
        data = f"open({literal(command.file)}, 'rb').read()"
    elif command.hex is not None:
        template = hex_template(command.hex, (), encoding)
        if template.fixed is None:
            lines.append(left_out(f"{command.hex!r}"))
        data = literal(template.fill({}))
    else:
        data = f"{literal(command.text or '')}.encode({literal(encoding)})"
    if command.append.value in CHECKSUMS and (command.file is not None or command.placeholders):
        lines.append(comment(tr("scenario.checksum_left_out", kind=command.append.value)))
    elif command.append is not Append.NOTHING or command.append_hex:
        data += f" + {literal(_tail(command, encoding))}"
    if command.wrap:
        lines.append(left_out("wrap = true"))
    if command.pieces:
        lines.append(left_out(f"pieces = {command.pieces}"))
    return lines, data


def _tail(command: c.Send, encoding: str) -> bytes:
    """What is appended; a checksum is computed here, once."""
    after = hex_template(command.append_hex, (), encoding).fill({})
    if command.append.value not in CHECKSUMS:
        return with_tail(b"", command, after)
    body = (
        hex_template(command.hex, (), encoding).fill({})
        if command.hex is not None
        else (command.text or "").encode(encoding)
    )
    return with_tail(body, command, after)[len(body) :]
