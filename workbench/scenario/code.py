"""A scenario as a plain Python script: the same calls with the standard library alone."""

from __future__ import annotations

import keyword
from collections.abc import Iterable

from workbench.checksum import CHECKSUMS
from workbench.engine import address as addresses
from workbench.engine import commands as c
from workbench.engine.commands import Append
from workbench.engine.sending import with_tail
from workbench.engine.settings import EndpointSettings, Role
from workbench.payload import suffix
from workbench.scenario.model import Expect, Loop, Perform, Scenario, Step, Wait
from workbench.texts import tr

_INDENT = "    "
_TAKEN = frozenset({"address", "data", "error", "peer", "print", "open", "socket", "time", "where",
                    "bytes", "range"})
"""Names that the script itself uses."""


def to_python(scenario: Scenario) -> str:
    """A script that makes the scenario's calls in order, one thread, blocking sockets.

    What a responder would answer by itself is left as a comment: a script has no responder.
    """
    settings = {item.name: item for item in scenario.endpoints}
    lines = [f'"""{scenario.title}"""', "", "import socket", "import time", "",
             "where = {}  # endpoint -> address, known once it is bound", ""]
    for item in scenario.endpoints:
        lines += [f"{variable(item.name)} = None"]
    lines.append("")
    lines += _steps(scenario.steps, settings, "")
    return "\n".join(lines) + "\n"


def variable(name: str) -> str:
    """An endpoint's name as a Python variable."""
    plain = name.replace("-", "_")
    if keyword.iskeyword(plain) or plain in _TAKEN:
        return f"{plain}_"
    return plain if not plain[:1].isdigit() else f"endpoint_{plain}"


def _steps(steps: Iterable[Step], settings: dict[str, EndpointSettings],
           indent: str) -> list[str]:
    lines: list[str] = []
    for step in steps:
        match step:
            case Wait():
                lines.append(f"{indent}time.sleep({step.seconds!r})")
            case Expect():
                lines += [indent + line for line in _expect(step, settings[step.endpoint])]
            case Loop():
                lines.append(f"{indent}for _ in range({step.times}):")
                lines += _steps(step.steps, settings, indent + _INDENT) or [
                    f"{indent}{_INDENT}pass"
                ]
                if step.pause:
                    lines.append(f"{indent}{_INDENT}time.sleep({step.pause!r})")
            case Perform():
                lines += _perform(step, settings, indent)
    return lines


def _perform(step: Perform, settings: dict[str, EndpointSettings], indent: str) -> list[str]:
    command = step.command
    if isinstance(command, c.Configure):
        settings[command.endpoint] = command.settings
        return []
    made = _command(command, settings)
    if step.error is None or not made:
        return [indent + line for line in made]
    caught = step.error if step.error[:1].isupper() and "Error" in step.error else "OSError"
    return [f"{indent}try:", *(f"{indent}{_INDENT}{line}" for line in made),
            f"{indent}except {caught} as error:", f"{indent}{_INDENT}print({caught!r}, error)"]


def _command(  # noqa: PLR0912 - one branch a command
    command: c.Command, settings: dict[str, EndpointSettings]
) -> list[str]:
    if command.endpoint is None or isinstance(command, c.Mark):
        return [f"# {command.text}"] if isinstance(command, c.Mark) else []
    item = settings[command.endpoint]
    name = variable(item.name)
    talk = f"{name}_conn" if item.role is Role.LISTENER else name
    match command:
        case c.Start():
            return _start(item, name)
        case c.Connect():
            return [*_socket(item, name), f"{name}.connect({_address(item)})"]
        case c.Accept() | c.Step(gate=c.Gate.ACCEPT):
            return [f"{name}_conn, peer = {name}.accept()", "print('accepted', peer)"]
        case c.Listen():
            backlog = item.backlog if command.backlog is None else command.backlog
            return [f"{name}.listen({backlog})"]
        case c.Send():
            return [_send(command, item, talk)]
        case c.Recv():
            size = command.size or item.bufsize
            if item.role is Role.DATAGRAM:
                return [f"data, address = {name}.recvfrom({size})", "print(data, address)"]
            return [f"data = {talk}.recv({size})", "print(data)"]
        case c.Shutdown():
            return [f"{talk}.shutdown(socket.{command.how.value})"]
        case c.Abort():
            linger = "b'\\1\\0\\0\\0\\0\\0\\0\\0'"
            return [f"{talk}.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, {linger})",
                    f"{talk}.close()"]
        case c.Close() | c.Stop():
            return [f"{name}.close()"]
        case c.Call():
            return [f"{name}.{command.call}({', '.join(map(repr, command.args))})"]
        case c.SetOption():
            return [f"# {talk}.setsockopt({command.option}, {command.value!r})"]
        case _:
            return [f"# {tr('scenario.not_in_code')}: {type(command).__name__}"]


def _socket(item: EndpointSettings, name: str) -> list[str]:
    lines = [f"{name} = socket.socket(socket.{item.family}, socket.{item.type})"]
    lines += [
        f"{name}.setsockopt(socket.SOL_SOCKET, socket.{option}, {value!r})"
        for option, value in item.options
        if option.startswith("SO_") and isinstance(value, int)
    ]
    if item.timeout is not None:
        lines.append(f"{name}.settimeout({item.timeout!r})")
    if item.bind:
        lines.append(f"{name}.bind({_literal(item.bind, item.family)})")
    return lines


def _start(item: EndpointSettings, name: str) -> list[str]:
    lines = _socket(item, name)
    if item.address and not item.address.startswith("@") and not item.bind:
        lines += [f"{name}.bind({_literal(item.address, item.family)})"]
    lines.append(f"where[{item.name!r}] = {name}.getsockname()")
    if item.role is Role.LISTENER:
        lines.append(f"{name}.listen({item.backlog})")
    return lines


def _address(item: EndpointSettings) -> str:
    if item.address.startswith("@"):
        return f"where[{item.address[1:]!r}]"
    return _literal(item.address, item.family)


def _literal(spec: str, family: str) -> str:
    """An address as a Python expression."""
    parsed = addresses.parse(spec, family)
    if parsed.kind is addresses.AddressKind.HOSTNAME:
        return f"(socket.gethostname(), {parsed.port})"
    if parsed.kind is addresses.AddressKind.ABSTRACT:
        return repr("\0" + (parsed.path or ""))
    if parsed.path is not None:
        return repr(parsed.path)
    return repr((parsed.host, parsed.port))


def _send(command: c.Send, item: EndpointSettings, talk: str) -> str:
    if command.file is not None:
        data = f"open({command.file!r}, 'rb').read()"
    elif command.hex is not None:
        data = f"bytes.fromhex({command.hex!r})"
    else:
        encoding = command.encoding or item.encoding
        data = f"{command.text!r}.encode({encoding!r})"
    if command.append is not Append.NOTHING:
        data = _with_tail(data, command, encoding=command.encoding or item.encoding)
    if item.role is Role.DATAGRAM:
        where = command.to or item.address
        to = f"where[{where[1:]!r}]" if where.startswith("@") else "address"
        return f"{talk}.sendto({data}, {to})"
    return f"{talk}.sendall({data})"


def _with_tail(data: str, command: c.Send, encoding: str) -> str:
    """The expression and what is appended to it; a checksum is computed here, once."""
    if command.append.value not in CHECKSUMS:
        return f"{data} + {suffix(command.append.value)!r}"
    if command.file is not None or command.placeholders:
        return f"{data}  # {tr('scenario.checksum_left_out', kind=command.append.value)}"
    body = (bytes.fromhex(command.hex) if command.hex is not None
            else (command.text or "").encode(encoding))
    return f"{data} + {with_tail(body, command)[len(body):]!r}"


def _expect(step: Expect, item: EndpointSettings) -> list[str]:
    name = variable(item.name)
    if step.call == "accept":
        return [f"{name}_conn, peer = {name}.accept()"]
    if step.text is not None and item.role is Role.STREAM:
        return [f"data = {name}.recv({item.bufsize})",
                f"assert data == {step.text!r}.encode({step.encoding!r}), data"]
    return [f"# {tr('scenario.expected')}: {step.call or ''} {step.errno or step.error or ''}"]
