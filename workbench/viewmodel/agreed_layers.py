"""What the layers of a connection agreed on with the peer, in a few words."""

from __future__ import annotations

from functools import lru_cache
from typing import Any, Final

from workbench.literals import arguments_of
from workbench.printable import escape
from workbench.texts import tr

LONGEST: Final = 60
"""Characters of each part: a path is as long as a stranger likes."""


@lru_cache(maxsize=512)
def agreed_parts(agreed: tuple[tuple[str, str], ...]) -> tuple[str, ...]:
    """From rows (call and arguments): TLS version, path, subprotocol, deflate."""
    found: list[str] = []
    for call, args in agreed:
        values, named = arguments_of(args)
        match call, values:
            case "tls.handshake", [str(version), *_]:
                found += [f"TLS {version}", *_text(named.get("alpn"))]
            case "ws.request", [_, str(target)]:
                found += _text(target)
            case "ws.open", _:
                found += _text(named.get("subprotocol"))
                found += ["deflate"] if named.get("deflate") else []
    return tuple(escape(part)[:LONGEST] for part in found)


def agreed_text(agreed: tuple[tuple[str, str], ...]) -> str:
    """The parts on one line, with a note while a WebSocket is not open yet."""
    parts = agreed_parts(agreed)
    calls = {call for call, _ in agreed}
    if "ws.request" in calls and "ws.open" not in calls:
        parts = (*parts, tr("panel.not_opened"))
    return ", ".join(parts)


def _text(value: Any) -> list[str]:
    return [value] if isinstance(value, str) and value else []
