"""An open endpoint's set-up on one line, while its fields are folded."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from workbench.texts import Problem, tr
from workbench.viewmodel.address_form import UNIX, Where
from workbench.viewmodel.parse_fields import parse_timeout
from workbench.viewmodel.setup_form import ClientForm, ServerForm

FAMILIES: Final = {
    "AF_INET": "choice.ipv4", "AF_INET6": "choice.ipv6", "AF_UNIX": "choice.unix",
    "AF_UNSPEC": "choice.either",
}  # fmt: skip
"""Keys of the families' names."""
_USUAL_READ: Final = "65536"


def server_summary(form: ServerForm) -> tuple[str, ...]:
    """Address, backlog, reply and a timeout; further differences are shown as chips beside it."""
    set_up, reply = form.set_up, form.reply
    stream = not set_up.datagram
    return _parts(
        _address(set_up.where),
        _named("backlog", form.backlog) if stream else "",
        "" if _waits_for_ever(set_up.timeout) else _named("timeout", set_up.timeout),
        tr(f"responder.{reply.kind}"),
    )


def client_summary(form: ClientForm, differences: Iterable[str]) -> tuple[str, ...]:
    """Address, timeout, a read size, how many, and what differs from the default."""
    set_up = form.set_up
    count = form.count.strip()
    return _parts(
        _address(set_up.where),
        _named("timeout", set_up.timeout),
        _named("bufsize", form.bufsize) if form.bufsize.strip() != _USUAL_READ else "",
        _named("count", count) if count != "1" and not set_up.datagram else "",
        *differences,
    )


def _waits_for_ever(timeout: str) -> bool:
    try:
        return parse_timeout(timeout) is None
    except Problem:
        return False


def _parts(*parts: str) -> tuple[str, ...]:
    return tuple(filter(None, parts))


def _named(caption: str, value: str) -> str:
    return f"{tr(f'caption.{caption}')} {value.strip()}"


def _address(where: Where) -> str:
    family = "unix" if where.family == UNIX else "ip"
    kind = f"{tr(FAMILIES[where.family])} {tr(f'choice.{family}_{where.over or where.type}')}"
    if where.family == UNIX or where.host.startswith("@"):
        return f"{kind} {where.host}"
    host = f"[{where.host}]" if ":" in where.host else where.host
    return f"{kind} {host}:{where.port}"
