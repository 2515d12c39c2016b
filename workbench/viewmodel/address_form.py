"""The address fields of a panel: from what is typed to an address in the settings, and back."""

from __future__ import annotations

from typing import Final

from workbench.engine.model import address
from workbench.engine.model.settings import Role
from workbench.engine.sockets import system_support
from workbench.frozen import dataclass
from workbench.texts import Problem
from workbench.viewmodel import parse_fields

UNIX: Final = "AF_UNIX"
DATAGRAM: Final = "SOCK_DGRAM"


@dataclass(frozen=True, slots=True)
class Where:
    """The address fields as typed.

    Attributes:
        over: what is above the stream: one of layer_form.LAYERED.
    """

    family: str
    type: str
    host: str
    port: str
    over: str = ""


def why_no_socket(family: str, type_: str) -> Problem | None:
    """Why this system has no such sockets; None: it has."""
    return system_support.why_no_socket(family, type_)


def join_address(where: Where, *, bind: bool) -> str:
    """The address in the scenario's spelling.

    Args:
        where: the fields.
        bind: port 0 (the kernel chooses) is allowed.
    """
    host = where.host.strip()
    if host.startswith("@"):
        return host
    if where.family == UNIX:
        if not host:
            raise Problem("problem.path_empty")
        spec = host
    else:
        spec = _inet(where.family, host, parse_fields.parse_port(where.port, zero=bind))
    address.parse(spec, where.family)
    return spec


def _inet(family: str, host: str, port: int) -> str:
    bare = host.removeprefix("[").removesuffix("]")
    if not bare:
        raise Problem("problem.host_empty")
    if family == "AF_INET" and ":" in bare:
        raise Problem("problem.v6_in_v4", value=bare)
    if family != "AF_INET" and ":" in bare:
        return f"[{bare}]:{port}"
    return f"{bare}:{port}"


def split_address(spec: str) -> tuple[str, str]:
    """Host and port fields of an address in the scenario's spelling."""
    if spec.startswith("@") or address.is_unix(spec):
        return spec, ""
    host, _, port = spec.rpartition(":")
    return host.removeprefix("[").removesuffix("]"), port


def role_of(type_name: str, *, server: bool) -> Role:
    """The role of an endpoint with this socket type."""
    if type_name == DATAGRAM:
        return Role.DATAGRAM
    return Role.LISTENER if server else Role.STREAM
