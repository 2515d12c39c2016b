"""Explains rows of the WebSocket layer (RFC 6455, RFC 7692) from what the rows themselves say."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from workbench.engine.model.layer_fault import LayerFault
from workbench.literals import arguments_of
from workbench.texts import has, tr

if TYPE_CHECKING:
    from workbench.journal.reader import Row

BEGINS: Final = "ws."
_FAULT: Final = "ws.fault"
_END: Final = "ws.end"
_NOT_OPENED: Final = "WS_HANDSHAKE"
"""The word for a fault in the server's answer, when no WebSocket is open yet to be closed."""
Told = tuple[str, tuple[str, ...]]
"""The key of a heading, and the paragraphs below it."""
_OPENING: Final = frozenset({"request", "body", "open", "message", "pong", "raw"})


def told_of_websocket(row: Row) -> list[Told]:
    """The sections for a row whose call begins with "ws."."""
    word = row.call.removeprefix(BEGINS)
    values, named = arguments_of(row.args)
    if word == "fault":
        return _fault(row, values)
    if word in {"send", "recv"}:
        return [("explain.layer", tuple(_frame(row, values, named)))]
    if word == "response":
        return [("explain.layer", (_response(values),))]
    if word == "end":
        return _end(row, values)
    if word in _OPENING:
        return [("explain.layer", tuple(_others(word, row, values, named)))]
    return []


def fault_in_words(row: Row) -> str | None:
    """The broken rule in one sentence; None: the row reports no known one."""
    if row.call == _END and row.error is not None:
        return tr("ws.fault.no_close.what")
    fault = LayerFault(row.errno or "", row.call, row.args)
    stem = fault.stem if row.call == _FAULT else None
    return None if stem is None else tr(f"{stem}.what", **fault.values)


def _fault(row: Row, values: list[Any]) -> list[Told]:
    fault = LayerFault(row.errno or "", row.call, row.args)
    key = fault.stem
    if key is None:
        return []
    section = str(values[1]) if len(values) > 1 else ""
    where = section if section.startswith("RFC") else f"RFC 6455, {section}"
    of_head = "_head" if row.errno == _NOT_OPENED else ""
    rule = tr(f"ws.section{of_head}", section=where, word=row.errno or "")
    return [
        ("explain.rule", (tr(f"{key}.what", **fault.values), rule)),
        ("explain.try", (tr(f"{key}.try", **fault.values),)),
    ]


def _frame(row: Row, values: list[Any], named: dict[str, Any]) -> list[str]:
    name = str(values[0]) if values else ""
    size = row.size or 0
    known = has(f"ws.frame.{name}")
    lines = [tr(f"ws.frame.{name}" if known else "ws.frame.reserved")]
    if "code" in named:
        lines.append(tr("ws.code_of", code=named["code"], meaning=code_meaning(named["code"])))
    if "reason" in named:
        lines.append(tr("ws.end_reason", reason=named["reason"]))
    if named.get("fin") is False:
        lines.append(tr("ws.more"))
    if named.get("rsv"):
        lines.append(tr("ws.rsv", rsv=named["rsv"]))
    if "form" in named:
        lines.append(tr("ws.form", form=named["form"]))
    if "length" in named:
        lines.append(tr("ws.length", length=named["length"], size=size))
    if named.get("wrong_mask"):
        lines.append(tr("ws.wrong_mask"))
    mask = named.get("mask")
    lines.append(tr("ws.unmasked") if mask is None else tr("ws.masked", mask=mask))
    return lines


def _response(values: list[Any]) -> str:
    status = values[0] if values else None
    if not isinstance(status, int):
        return tr("ws.response_none")
    if status == 101:
        return tr("ws.response_101")
    return tr("ws.response_1xx" if status < 200 else "ws.response_other", status=status)


def code_meaning(code: object) -> str:
    """The meaning of a close code (RFC 6455 7.4)."""
    if has(f"ws.code.{code}"):
        return tr(f"ws.code.{code}")
    number = code if isinstance(code, int) else 0
    if 3000 <= number <= 3999:
        return tr("ws.code.library")
    return tr("ws.code.private" if 4000 <= number <= 4999 else "ws.code.unknown")


def _end(row: Row, values: list[Any]) -> list[Told]:
    code = values[0] if values else None
    lines = [tr("ws.end", code=code, meaning=code_meaning(code))]
    if len(values) > 1:
        lines.append(tr("ws.end_reason", reason=values[1]))
    if row.error is None:
        return [("explain.layer", tuple(lines))]
    lines.append(tr("ws.fault.no_close.what"))
    return [("explain.layer", tuple(lines)), ("explain.try", (tr("ws.fault.no_close.try"),))]


def _others(word: str, row: Row, values: list[Any], named: dict[str, Any]) -> list[str]:
    size = row.size or 0
    match word:
        case "open":
            parts = [(f"ws.open_{name}", value) for name, value in named.items()]
            found = [tr(key, value=value) for key, value in parts if has(key)]
            return [tr("ws.open"), *found]
        case "message":
            way = "out" if values[1:] == ["out"] else "in"
            lines = [tr(f"ws.message_{way}", frames=named.get("frames", 1), size=size)]
            return [*lines, tr("ws.message_deflate")] if named.get("deflate") else lines
        case "pong":
            seconds = values[0] if values and isinstance(values[0], float) else 0.0
            return [tr("ws.pong", ms=f"{seconds * 1000:.3f}")]
    return [tr(f"ws.{word}", size=size)]
