"""Export: addresses, and the calls that build a socket, as lines of a plain script."""

from __future__ import annotations

from collections.abc import Iterable

from workbench.engine.model import address as addresses
from workbench.engine.model import options
from workbench.engine.model.planned_calls import (
    BindCall,
    ConnectCall,
    ListenCall,
    OptionCall,
    PlannedCall,
    Purpose,
    SocketCall,
    planned_calls,
)
from workbench.engine.model.settings import EndpointSettings
from workbench.literals import comment, literal
from workbench.texts import Problem, tr

INDENT = "    "


class Expression(str):
    """An address that is known only when the script runs: the code that yields it."""

    __slots__ = ()


def left_out(what: str) -> str:
    """A comment on something that has no counterpart in the script."""
    return comment(f"{tr('scenario.not_in_code')}: {what}")


def what_is_left_out(script: str) -> list[str]:
    """Each thing that a finished script says it has no counterpart of, once."""
    begin = comment(f"{tr('scenario.not_in_code')}: ").rstrip()
    said = [line.lstrip() for line in script.splitlines()]
    found = (line[len(begin) :].strip() for line in said if line.startswith(begin))
    return list(dict.fromkeys(found))


def built(item: EndpointSettings, name: str, purpose: Purpose, *, noted: bool) -> list[str]:
    """The calls that build a socket of the endpoint; `noted`: one that keeps the results of its
    calls.
    """
    planned = planned_calls(item, purpose)
    lines: list[str] = []
    for call in planned:
        if item.timeout is not None and not isinstance(call, SocketCall | OptionCall):
            timed = f"{name}.settimeout({literal(item.timeout)})"
            lines += [] if timed in lines else [timed]
        lines += _planned(call, item, name, noted=noted)
    timed = f"{name}.settimeout({literal(item.timeout)})"
    return lines if item.timeout is None or timed in lines else [*lines, timed]


def _planned(call: PlannedCall, item: EndpointSettings, name: str, *, noted: bool) -> list[str]:
    """A planned call as one or two lines."""
    match call:
        case SocketCall():
            family = constant(call.family, options.FAMILIES)
            protocol = f", {literal(call.protocol)}" if call.protocol else ""
            made = f"Noted({literal(item.name)}, " if noted else "socket.socket("
            return [f"{name} = {made}{family}, {constant(call.type, options.TYPES)}{protocol})"]
        case OptionCall():
            return [option(call, name)]
        case BindCall():
            return _bind(call.address, item, name)
        case ListenCall():
            known = f"where[{literal(item.name)}] = {name}.getsockname()"
            return [known, f"{name}.listen({literal(call.backlog)})"]
        case ConnectCall():
            return [f"{name}.connect({address(call.address, item.family)})"]


def _bind(spec: str, item: EndpointSettings, name: str) -> list[str]:
    if not item.port_search or spec.startswith("@") or isinstance(spec, Expression):
        return [f"{name}.bind({address(spec, item.family)})"]
    parsed = addresses.parse(spec, item.family)
    if not parsed.port:
        return [f"{name}.bind({address(spec, item.family)})"]
    return [  # the next free port
        f"for port in range({parsed.port}, 65536):",
        f"{INDENT}try:",
        f"{INDENT * 2}{name}.bind(({_host(parsed)}, port))",
        f"{INDENT * 2}break",
        f"{INDENT}except OSError:",
        f"{INDENT * 2}continue",
    ]


def option(call: OptionCall, name: str) -> str:
    """setsockopt() with the constants of the module, which another system may lack."""
    try:
        found = options.find(call.name)
        value = options.encode(found, call.value)
    except Problem:  # a stranger's scenario may ask for something that does not exist
        return left_out(f"setsockopt({call.text})")
    level = f"socket.{options.level_name(found)}"
    return f"{name}.setsockopt({level}, socket.{found.name}, {literal(value)})"


def constant(name: str, known: Iterable[options.Choice]) -> str:
    """A family or type by its name in the module; an unknown one stays a text."""
    return f"socket.{name}" if name in {choice.name for choice in known} else literal(name)


def address(spec: str, family: str) -> str:
    """An address as an expression; that of another endpoint is known once it is bound."""
    if isinstance(spec, Expression):
        return str(spec)
    if spec.startswith("@"):
        return f"where[{literal(spec[1:])}]"
    parsed = addresses.parse(spec, family)
    match parsed.kind:
        case addresses.AddressKind.HOSTNAME:
            return f"({_host(parsed)}, {parsed.port})"
        case addresses.AddressKind.ABSTRACT:
            return literal("\0" + (parsed.path or ""))
        case addresses.AddressKind.TEMP:
            return f"os.path.join(folder, {literal(parsed.path)})"
    if parsed.path is not None:
        return literal(parsed.path)
    return literal((parsed.host, parsed.port))


def _host(parsed: addresses.Address) -> str:
    if parsed.kind is addresses.AddressKind.HOSTNAME:
        return "socket.gethostname()"
    return literal(parsed.host)


def is_temporary(spec: str | None, family: str) -> bool:
    """Whether an address is a path in a folder that the script makes."""
    if family != "AF_UNIX" or not spec or isinstance(spec, Expression):
        return False
    return addresses.parse(spec, family).kind is addresses.AddressKind.TEMP
