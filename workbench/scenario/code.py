"""A scenario as a plain Python script: the same calls with the standard library alone."""

from __future__ import annotations

import keyword
import re
from collections.abc import Iterable

from workbench.checksum import CHECKSUMS
from workbench.engine import address as addresses
from workbench.engine import commands as c
from workbench.engine.commands import Append
from workbench.engine.sending import with_tail
from workbench.engine.settings import EndpointSettings, Role
from workbench.payload import suffix
from workbench.scenario.code_until import INDENT, LOOK, UNTIL, Waited, around, looks, loops, watched
from workbench.scenario.steps import Expect, Loop, Perform, Scenario, Step, Wait
from workbench.texts import tr

_TAKEN = frozenset({"address", "data", "error", "peer", "print", "open", "socket", "time", "where",
                    "bytes", "range", "look", "until", "met", "errno", "contextlib"})
"""Names that the script itself uses."""
_OF_LOOPS = re.compile(r"(round|Met)\d+\Z")
Settings = dict[str, EndpointSettings]


def to_python(scenario: Scenario) -> str:
    """A script that makes the scenario's calls in order, one thread, blocking sockets.

    What a responder would answer by itself is left as a comment: a script has no responder.
    """
    settings = {item.name: item for item in scenario.endpoints}
    waiting = loops(scenario.steps)
    modules = (["contextlib", "errno"] if waiting else []) + ["socket", "time"]
    lines = [f'"""{scenario.title}"""', "", *(f"import {name}" for name in modules), "",
             "where = {}  # endpoint -> address, known once it is bound", ""]
    lines += [f"{name} = None" for item in scenario.endpoints for name in _sockets(item)]
    lines.append("")
    if waiting:
        lines += UNTIL.splitlines()
        lines += [line for number in range(1, len(waiting) + 1)
                  for line in ("", "", f"class Met{number}(Exception):", f"{INDENT}pass")]
        lines.append("")
    if looks(scenario.steps):
        lines += [*LOOK.splitlines(), "", ""]
    lines += _Script(settings, waiting).steps(scenario.steps, ())
    return "\n".join(lines) + "\n"


def variable(name: str) -> str:
    """An endpoint's name as a Python variable."""
    plain = name.replace("-", "_")
    if keyword.iskeyword(plain) or plain in _TAKEN or _OF_LOOPS.match(plain):
        return f"{plain}_"
    return plain if not plain[:1].isdigit() else f"endpoint_{plain}"


def _sockets(item: EndpointSettings) -> list[str]:
    """The variables that hold its sockets."""
    name = variable(item.name)
    return [name, f"{name}_conn"] if item.role is Role.LISTENER else [name]


class _Script:
    """Steps as lines; `settings` change while it is written."""

    def __init__(self, settings: Settings, waiting: list[Loop]) -> None:
        self._settings = settings
        self._waiting = waiting

    def steps(self, steps: Iterable[Step], waits: tuple[Waited, ...]) -> list[str]:
        """`waits`: the loops around these steps that wait for something."""
        lines: list[str] = []
        for step in steps:
            match step:
                case Wait():
                    lines.append(f"time.sleep({step.seconds!r})")
                case Expect():
                    lines += watched(_expect(step, self._settings[step.endpoint]), step.endpoint,
                                     waits)
                case Loop():
                    lines += self._loop(step, waits)
                case Perform():
                    lines += _perform(step, self._settings, waits)
        return lines

    def _loop(self, loop: Loop, waits: tuple[Waited, ...]) -> list[str]:
        if loop.until is None:
            body = self.steps(loop.steps, waits)
            pause = [f"{INDENT}time.sleep({loop.pause!r})"] if loop.pause else []
            return [f"for _ in range({loop.times}):", *(INDENT + line for line in body or ["pass"]),
                    *pause]
        place = next(number for number, item in enumerate(self._waiting, 1) if item is loop)
        wait = Waited(place, loop.until)
        body = self.steps(loop.steps, (wait, *waits))
        sockets = [name for item in self._settings.values() for name in _sockets(item)]
        return around(loop, wait, body, sockets)


def _perform(step: Perform, settings: Settings, waits: tuple[Waited, ...]) -> list[str]:
    command = step.command
    if isinstance(command, c.Configure):
        settings[command.endpoint] = command.settings
        return []
    made = watched(_command(command, settings), command.endpoint, waits)
    if step.error is None or not made:
        return made
    caught = step.error if step.error[:1].isupper() and "Error" in step.error else "OSError"
    return ["try:", *(f"{INDENT}{line}" for line in made),
            f"except {caught} as error:", f"{INDENT}print({caught!r}, error)"]


def _command(  # noqa: C901, PLR0912 - one branch a command
    command: c.Command, settings: Settings
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
        case c.Stop():
            return [line for socket in _sockets(item)
                    for line in (f"if {socket}:", f"{INDENT}{socket}.close()")]
        case c.Close():
            return [f"{name}.close()"]
        case c.Sample():
            return [f"look({', '.join(_sockets(item))})"]
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
    if step.call == "recv" and step.result == 0 and item.role is Role.STREAM:
        return [f"data = {name}.recv({item.bufsize})", "assert not data, data"]
    return [f"# {tr('scenario.expected')}: {step.call or ''} {step.errno or step.error or ''}"]
