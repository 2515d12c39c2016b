"""Rows of layers in words for a conversation: openings, control frames, ends."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from workbench.explain.explain import what_failed
from workbench.explain.websocket_words import code_meaning
from workbench.literals import arguments_of
from workbench.named_tuple import NamedTuple
from workbench.printable import escape
from workbench.texts import has, tr

if TYPE_CHECKING:
    from workbench.journal.reader import Row

_FRAMES: Final = {"ws.send": ">", "ws.recv": "<"}
_WITH_BYTES: Final = frozenset({"ws.body", "proxy.body", "ws.raw", "tls.raw"})
_CLOSE: Final = "CLOSE"
_BESIDE: Final = frozenset({"PING", "PONG"})
_SWITCHING: Final = 101


class LayerWords(NamedTuple):
    """The words for a row.

    Attributes:
        text: without a time.
        aside: what it is counted as when it is folded; "": it is not folded.
        arrow: ">" and "<": it carries bytes that way. "-" and "!": it carries none, or it failed.
        bytes: whether they are shown after the text.
    """

    text: str
    aside: str = ""
    arrow: str = "-"
    bytes: bool = True


def layer_words(row: Row) -> LayerWords:
    """The words of a layer's row that carries no message."""
    values, named = arguments_of(row.args)
    if row.errno is not None:
        return LayerWords(_failed(row), arrow="!")
    if row.call in _FRAMES:
        return _frame(row, values, named)
    said = _said(row.call, values, named)
    if said is not None:
        return said
    if row.call in _WITH_BYTES and row.payload:
        return LayerWords(row.call, arrow=">" if row.call.endswith("raw") else "<")
    return LayerWords(escape(f"{row.call}({row.args})"))


def _failed(row: Row) -> str:
    """The words of a failure, which say which one and why; the section of its rule is in the
    log.
    """
    return tr("conversation.layer_failed", call=row.call, errno=row.errno, why=what_failed(row))


def _frame(row: Row, values: list[Any], named: dict[str, Any]) -> LayerWords:
    name = escape(str(values[0])) if values else row.call
    if name == _CLOSE:
        code = _code(named["code"], named.get("reason")) if "code" in named else None
        words = f"{name}  {code or tr('conversation.no_code')}"
        return LayerWords(words, arrow=_FRAMES[row.call], bytes=False)
    return LayerWords(name, name if name in _BESIDE else "", _FRAMES[row.call])


def _said(call: str, values: list[Any], named: dict[str, Any]) -> LayerWords | None:
    match call, values:
        case "ws.request", [str(method), str(target)]:
            return LayerWords(escape(tr("conversation.ws_request", what=f"{method} {target}")),
                              "ws.request")  # fmt: skip
        case "ws.response", [int(status), *rest]:
            what = " ".join(str(part) for part in (status, *rest))
            words = escape(tr("conversation.ws_response", what=what.rstrip()))
            return LayerWords(words, "ws.response" if status == _SWITCHING else "")
        case "ws.open", _:
            return LayerWords(_listed("conversation.ws_open", _facts(named)))
        case "ws.pong", [float(seconds)]:
            words = tr("conversation.ws_pong", ms=f"{seconds * 1000:.3f}")
            return LayerWords(words, tr("conversation.round_trip"))
        case "ws.end", [int(code), *rest]:
            return LayerWords(tr("conversation.ws_end", what=_ended(code, next(iter(rest), None))))
        case "tls.handshake", [str(version), str(cipher)]:
            facts = [escape(cipher), *_facts(named)]
            return LayerWords(_listed("conversation.tls_open", facts, version=escape(version)))
        case "tls.end", [str(how)]:
            return LayerWords(tr("conversation.tls_end", how=escape(how)))
    return None


def _ended(code: object, reason: object) -> str:
    """A close code and the reason, and what the code means."""
    return tr("conversation.code", code=_code(code, reason), meaning=code_meaning(code))


def _code(code: object, reason: object) -> str:
    said = escape(str(code))
    return f'{said} "{escape(str(reason))}"' if reason else said


def _facts(named: dict[str, Any]) -> list[str]:
    """What was agreed on, in the order of the row; defaults are left out."""
    found = []
    for name, value in named.items():
        key = f"conversation.fact_{name}"
        if value not in ("", None) and has(key):
            found.append(escape(tr(key, value=value)))
    return found


def _listed(key: str, facts: list[str], **args: object) -> str:
    words = tr(key, **args)
    return tr("conversation.listed", what=words, facts=", ".join(facts)) if facts else words
