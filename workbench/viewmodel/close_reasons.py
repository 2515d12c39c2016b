"""Why a connection cannot be half-closed or aborted now."""

from __future__ import annotations

from collections.abc import Callable

from workbench.engine.model.snapshot import ConnectionSnapshot, EndpointSnapshot
from workbench.viewmodel.address_form import UNIX
from workbench.viewmodel.message import Sentence, msg
from workbench.viewmodel.silence import TWO_WAY

Ask = Callable[[ConnectionSnapshot | None], Sentence | None]


def why_no_half_close(item: ConnectionSnapshot | None) -> Sentence | None:
    """Why shutdown(SHUT_WR) can do nothing on it; None: it can."""
    if item is None or item.connected_ns is None or item.errno is not None:
        return msg("why.not_connected")
    if item.closed_ns is not None:
        return msg("why.closed")
    if item.measured and item.state not in TWO_WAY:
        return msg("why.half_closed", state=item.state)
    return None


def why_no_abort(item: ConnectionSnapshot | None) -> Sentence | None:
    """Why there is nothing to reset; None: there is."""
    if item is None or item.connected_ns is None or item.errno is not None:
        return msg("why.not_connected")
    return msg("why.closed") if item.closed_ns is not None else None


def abort_caption(snapshot: EndpointSnapshot) -> str:
    """The key of the words on Abort: a unix socket has no reset (unix(7)), so there it promises
    none.
    """
    return "abort_unix" if snapshot.settings.family == UNIX else "abort"
