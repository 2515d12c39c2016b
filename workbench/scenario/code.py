"""A scenario as a plain Python script: the same calls with the standard library alone."""

from __future__ import annotations

import builtins
import keyword
import re
import socket
from collections.abc import Iterable, Mapping

from workbench.engine.model import address as addresses
from workbench.engine.model import commands as c
from workbench.engine.model import options
from workbench.engine.model.planned_calls import (
    BindCall,
    ConnectCall,
    ListenCall,
    OptionCall,
    PlannedCall,
    Purpose,
    SocketCall,
    own_address,
    planned_calls,
)
from workbench.engine.model.serialize import setting_text
from workbench.engine.model.settings import EndpointSettings, Role
from workbench.engine.model.tail import Append
from workbench.engine.protocol.with_tail import with_tail
from workbench.engine.runtime.socket_calls import CALLS
from workbench.literals import comment, literal
from workbench.payload.characters import codec
from workbench.payload.checksum import CHECKSUMS
from workbench.payload.templates import hex_template
from workbench.scenario.code_until import (
    INDENT,
    LOOK,
    UNTIL,
    Waited,
    around,
    block,
    looks,
    loops,
    watched,
)
from workbench.scenario.report import title_of
from workbench.scenario.steps import (
    Expect,
    Loop,
    OnFailure,
    Perform,
    RunProgram,
    Scenario,
    Stay,
    Step,
    StopProgram,
    Wait,
)
from workbench.scenario.taken_values import TakenValues
from workbench.texts import Problem, tr

_TAKEN = frozenset(
    {
        "address",
        "data",
        "error",
        "peer",
        "socket",
        "time",
        "where",
        "look",
        "until",
        "met",
        "errno",
        "contextlib",
        *keyword.kwlist,
        *dir(builtins),
    }
)
"""Names that the script itself uses, or may."""
_OF_LOOPS = re.compile(r"(round|Met)\d+\Z")
_NO_NAME = re.compile(r"[^A-Za-z0-9_]")
Settings = dict[str, EndpointSettings]
Names = Mapping[str, str]
"""The variable of each endpoint."""


def to_python(scenario: Scenario) -> str:
    """A script that makes the scenario's calls in order, one thread, blocking sockets.

    What a responder would answer by itself is left as a comment: a script has no responder.
    The scenario may be a stranger's: each of its texts becomes a literal or a comment, and a name
    stands as code only where it is one that we know.
    """
    values = TakenValues(scenario, _unknown)
    settings = {item.name: values.settings_known(item) for item in scenario.endpoints}
    waiting = loops(scenario.steps)
    modules = (["contextlib", "errno"] if waiting else []) + ["socket", "time"]
    names = variables(settings.values())
    lines = [
        literal(scenario.title),
        "",
        *(f"import {name}" for name in modules),
        "",
        "where = {}  # endpoint -> address, known once it is bound",
        "",
    ]
    lines += [f"{name} = None" for item in scenario.endpoints for name in _sockets(item, names)]
    lines += ["address = None  # of the datagram that came last", ""]
    if waiting:
        lines += UNTIL.splitlines()
        lines += [
            line
            for number in range(1, len(waiting) + 1)
            for line in ("", "", f"class Met{number}(Exception):", f"{INDENT}pass")
        ]
        lines.append("")
    if looks(scenario.steps):
        lines += [*LOOK.splitlines(), "", ""]
    lines += [
        _left_out(f"{item.name}: {item.address}")
        for item in scenario.endpoints
        if settings[item.name] != item
    ]
    lines += _Script(settings, names, waiting, values).steps(scenario.steps, ())
    return "\n".join(lines) + "\n"


def _unknown(name: str) -> str:
    raise Problem("template.missing", name=name)


def variables(endpoints: Iterable[EndpointSettings]) -> dict[str, str]:
    """Each endpoint's name as a Python variable that no other has."""
    found: dict[str, str] = {}
    used: set[str] = set()
    for item in endpoints:
        plain = _NO_NAME.sub("_", item.name).lstrip("_")
        if not plain or plain[0].isdigit():
            plain = f"endpoint_{plain}"
        while {plain, f"{plain}_conn"} & (used | _TAKEN) or _OF_LOOPS.match(plain):
            plain += "_"
        used |= {plain, f"{plain}_conn"}
        found[item.name] = plain
    return found


def _sockets(item: EndpointSettings, names: Names) -> list[str]:
    """The variables that hold its sockets."""
    name = names[item.name]
    return [name, f"{name}_conn"] if item.role is Role.LISTENER else [name]


class _Script:
    """Steps as lines; `settings` change while it is written."""

    def __init__(
        self, settings: Settings, names: Names, waiting: list[Loop], values: TakenValues
    ) -> None:
        self._values = values
        self._settings = settings
        self._names = names
        self._waiting = waiting
        self._bound: set[str] = set()

    def steps(self, steps: Iterable[Step], waits: tuple[Waited, ...]) -> list[str]:
        """`waits`: the loops around these steps that wait for something."""
        lines: list[str] = []
        for single in steps:
            step = single
            if not isinstance(step, Loop):
                try:
                    step = self._values.filled(step, lambda name: self._settings[name].encoding)
                except Problem as problem:  # what a step takes is known to a run alone
                    lines.append(_left_out(str(problem)))
            if step.on_failure is OnFailure.NEXT:
                lines.append(_left_out('on_failure = "next"'))
            match step:
                case Wait():
                    lines.append(f"time.sleep({literal(step.seconds)})")
                case Stay():
                    lines += _stay(step)
                case RunProgram() | StopProgram():
                    lines.append(_left_out(title_of(step)))
                case Expect():
                    lines += watched(self._expect(step), step.endpoint, waits)
                case Loop():
                    lines += self._loop(step, waits)
                case Perform():
                    lines += self._perform(step, waits)
        return lines

    def _loop(self, loop: Loop, waits: tuple[Waited, ...]) -> list[str]:
        if loop.until is None:
            body = self.steps(loop.steps, waits)
            pause = [f"{INDENT}time.sleep({literal(loop.pause)})"] if loop.pause else []
            return [
                f"for _ in range({loop.times:d}):",
                *(INDENT + line for line in block(body)),
                *pause,
            ]
        must = [_left_out("must = true")] if loop.must else []
        place = next(number for number, item in enumerate(self._waiting, 1) if item is loop)
        named = self._settings.get(loop.until.endpoint)
        wait = Waited(
            place,
            loop.until,
            codec(loop.until.encoding or (named.encoding if named is not None else "utf-8")),
        )
        body = self.steps(loop.steps, (wait, *waits))
        sockets = [name for item in self._settings.values() for name in _sockets(item, self._names)]
        return [*must, *around(loop, wait, body, sockets)]

    def _perform(self, step: Perform, waits: tuple[Waited, ...]) -> list[str]:
        command = step.command
        if isinstance(command, c.Configure):
            self._settings[command.endpoint] = command.settings
            return []
        made = watched(self._command(command), command.endpoint, waits)
        if step.until_open:
            made.insert(0, _left_out(f"until_open = {step.until_open!r}"))
        if step.error is None or not made:
            return made
        caught = _exception(step.error)
        return [
            "try:",
            *(f"{INDENT}{line}" for line in block(made)),
            f"except {caught} as error:",
            f"{INDENT}print({literal(step.error)}, error)",
        ]

    def _command(self, command: c.Command) -> list[str]:  # noqa: C901, PLR0912 - a branch a command
        if isinstance(command, c.Mark):
            return [comment(command.text)]
        if command.endpoint is None:
            return []
        item = self._settings[command.endpoint]
        name, talk = self._names[item.name], self._talk(item)
        match command:
            case c.Start():
                own = own_address(item, Purpose.START)
                self._bound |= {item.name} if own and own == item.address else set()
                return _start(item, name)
            case c.Connect():
                if item.family == options.UNSPECIFIED:
                    return _either(item, name)
                return self._connected(item)
            case c.Accept() | c.Step(gate=c.Gate.ACCEPT):
                return [f"{name}_conn, peer = {name}.accept()", "print('accepted', peer)"]
            case c.Listen():
                backlog = item.backlog if command.backlog is None else command.backlog
                return [f"{name}.listen({literal(backlog)})"]
            case c.Send():
                to = _target(command, item, bound=item.name in self._bound)
                made = self._accepted(item)
                if item.role is Role.DATAGRAM:
                    made = self._made(item, Purpose.SEND)
                return [*made, *_send(command, item, talk, to)]
            case c.Recv():
                size = literal(command.size or item.bufsize)
                if item.role is Role.DATAGRAM:
                    return [f"data, address = {name}.recvfrom({size})", "print(data, address)"]
                return [*self._accepted(item), f"data = {talk}.recv({size})", "print(data)"]
            case c.Shutdown():
                return [*self._accepted(item), f"{talk}.shutdown(socket.{command.how.value})"]
            case c.Abort():
                linger = r"b'\1\0\0\0\0\0\0\0'"
                return [
                    *self._accepted(item),
                    f"{talk}.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, {linger})",
                    f"{talk}.close()",
                ]
            case c.Stop():
                return [
                    line
                    for each in _sockets(item, self._names)
                    for line in (f"if {each}:", f"{INDENT}{each}.close()")
                ]
            case c.Close():
                return [f"{name}.close()"]
            case c.Sample():
                return [f"look({', '.join(_sockets(item, self._names))})"]
            case c.Call() if command.call in CALLS:
                return [f"{name}.{command.call}({', '.join(map(literal, command.args))})"]
            case c.Call():
                return [_left_out(f"{command.call}({', '.join(map(literal, command.args))})")]
            case c.SetOption():
                return [comment(f"{talk}.setsockopt({command.option}, {literal(command.value)})")]
            case _:
                return [_left_out(type(command).__name__)]

    def _talk(self, item: EndpointSettings) -> str:
        """The variable of the socket that bytes go through."""
        name = self._names[item.name]
        return f"{name}_conn" if item.role is Role.LISTENER else name

    def _made(self, item: EndpointSettings, purpose: Purpose) -> list[str]:
        """A datagram endpoint's socket where there is none yet: it has one for all it does."""
        name = self._names[item.name]
        return [f"if {name} is None:", *(INDENT + line for line in _built(item, name, purpose))]

    def _connected(self, item: EndpointSettings) -> list[str]:
        """A client's new socket; the one that a datagram endpoint has."""
        name = self._names[item.name]
        if item.role is not Role.DATAGRAM:
            return [*_left_to_the_program(item), *_built(item, name, Purpose.CONNECT)]
        connect = f"{name}.connect({_address(item.address, item.family)})"
        return [*self._made(item, Purpose.SEND), connect]

    def _accepted(self, item: EndpointSettings) -> list[str]:
        """A listener accepts by itself in a scenario; a script has to be told."""
        if item.role is not Role.LISTENER:
            return []
        name = self._names[item.name]
        return [f"if {name}_conn is None:", f"{INDENT}{name}_conn, peer = {name}.accept()"]

    def _expect(self, step: Expect) -> list[str]:
        item = self._settings[step.endpoint]
        name = self._names[item.name]
        if step.closed is not None or step.json is not None or step.judges_more:
            return [_left_out(title_of(step))]
        if step.call == "accept":
            return [f"{name}_conn, peer = {name}.accept()"]
        if step.text is not None and item.role is Role.STREAM:
            encoding = codec(step.encoding or item.encoding)
            return [
                f"data = {name}.recv({literal(item.bufsize)})",
                f"assert data == {literal(step.text)}.encode({literal(encoding)}), data",
            ]
        if step.call == "recv" and step.result == 0 and item.role is Role.STREAM:
            return [f"data = {name}.recv({literal(item.bufsize)})", "assert not data, data"]
        what = f"{step.call or ''} {step.errno or step.error or ''}"
        return [comment(f"{tr('scenario.expected')}: {what}")]


def _exception(name: str) -> str:
    """The class that a step names, where it is one that the script knows; an errno is OSError."""
    for module, prefix in ((builtins, ""), (socket, "socket.")):
        found = getattr(module, name, None)
        if isinstance(found, type) and issubclass(found, Exception):
            return f"{prefix}{name}"
    return "OSError"


def _left_out(what: str) -> str:
    return comment(f"{tr('scenario.not_in_code')}: {what}")


def _constant(name: str, known: Iterable[options.Choice]) -> str:
    """A family or a type as the module names it; an unknown one stays a text."""
    return f"socket.{name}" if name in {choice.name for choice in known} else literal(name)


def _built(item: EndpointSettings, name: str, purpose: Purpose) -> list[str]:
    """The calls that build a socket of the endpoint."""
    planned = planned_calls(item, purpose)
    lines = [line for call in planned for line in _planned(call, item, name)]
    if item.timeout is not None:
        first = next(
            (i for i, call in enumerate(planned) if not isinstance(call, SocketCall | OptionCall)),
            len(planned),
        )
        lines.insert(first, f"{name}.settimeout({literal(item.timeout)})")
    return lines


def _planned(call: PlannedCall, item: EndpointSettings, name: str) -> list[str]:
    """A planned call as a line, or two."""
    match call:
        case SocketCall():
            family = _constant(call.family, options.FAMILIES)
            protocol = f", {literal(call.protocol)}" if call.protocol else ""
            return [
                f"{name} = socket.socket({family}, {_constant(call.type, options.TYPES)}{protocol})"
            ]
        case OptionCall():
            return [_option(call, name)]
        case BindCall():
            return [f"{name}.bind({_address(call.address, item.family)})"]
        case ListenCall():
            known = f"where[{literal(item.name)}] = {name}.getsockname()"
            return [known, f"{name}.listen({literal(call.backlog)})"]
        case ConnectCall():
            return [f"{name}.connect({_address(call.address, item.family)})"]


def _option(call: OptionCall, name: str) -> str:
    """setsockopt() with the constants of the module, which another system may lack."""
    try:
        option = options.find(call.name)
        value = options.encode(option, call.value)
    except Problem:  # a stranger's scenario may ask for what there is not
        return _left_out(f"setsockopt({call.text})")
    level = f"socket.{options.level_name(option)}"
    return f"{name}.setsockopt({level}, socket.{option.name}, {literal(value)})"


def _left_to_the_program(item: EndpointSettings) -> list[str]:
    """What the program does by itself and a script of plain sockets does not is said."""
    lines = []
    if item.layers:
        lines.append(_left_out(f"layers = {list(item.layers)}"))
    if item.messages is not None:
        lines.append(_left_out(f"messages = {setting_text(item.messages)}"))
    again = item.reconnect
    if again is not None:
        waits = f"first = {again.first!r}, most = {again.most!r}, times = {again.times}"
        lines.append(_left_out(f"reconnect = {{ {waits} }}"))
    return lines


def _either(item: EndpointSettings, name: str) -> list[str]:
    """A client of IPv4 or IPv6: a socket for each address of the name, until one is connected."""
    where = _address(item.address, item.family)
    where += "[:2]" if item.address.startswith("@") else ""
    more = "" if item.timeout is None else f", {literal(item.timeout)}"
    if item.bind:
        more += f", source_address={_address(item.bind, item.family)}"
    planned = planned_calls(item, Purpose.CONNECT)
    return [
        *_left_to_the_program(item),
        *(
            _left_out(f"setsockopt({each.text})")
            for each in planned
            if isinstance(each, OptionCall)
        ),
        f"{name} = socket.create_connection({where}{more})",
    ]


def _start(item: EndpointSettings, name: str) -> list[str]:
    lines = [*_left_to_the_program(item), *_built(item, name, Purpose.START)]
    if item.role is not Role.LISTENER:
        lines.append(f"where[{literal(item.name)}] = {name}.getsockname()")
    return lines


def _address(spec: str, family: str) -> str:
    """An address as an expression; that of another endpoint is known once it is bound."""
    return f"where[{literal(spec[1:])}]" if spec.startswith("@") else _literal(spec, family)


def _literal(spec: str, family: str) -> str:
    """An address as a Python expression."""
    parsed = addresses.parse(spec, family)
    if parsed.kind is addresses.AddressKind.HOSTNAME:
        return f"(socket.gethostname(), {parsed.port})"
    if parsed.kind is addresses.AddressKind.ABSTRACT:
        return literal("\0" + (parsed.path or ""))
    if parsed.path is not None:
        return literal(parsed.path)
    return literal((parsed.host, parsed.port))


def _stay(step: Stay) -> list[str]:
    """Until Ctrl+C, which goes on with what follows."""
    if step.seconds is not None:
        return [f"time.sleep({literal(step.seconds)})"]
    return [
        "try:",
        f"{INDENT}while True:",
        f"{INDENT}{INDENT}time.sleep(1)",
        "except KeyboardInterrupt:",
        f"{INDENT}pass",
    ]


def _send(command: c.Send, item: EndpointSettings, talk: str, to: str) -> list[str]:
    lines: list[str] = []
    if command.file is not None:
        data = f"open({literal(command.file)}, 'rb').read()"
    elif command.hex is not None:
        template = hex_template(command.hex, (), codec(command.encoding or item.encoding))
        if template.fixed is None:
            lines.append(_left_out(f"{command.hex!r}"))
        data = literal(template.fill({}))
    else:
        encoding = codec(command.encoding or item.encoding)
        data = f"{literal(command.text or '')}.encode({literal(encoding)})"
    if command.append.value in CHECKSUMS and (command.file is not None or command.placeholders):
        lines.append(comment(tr("scenario.checksum_left_out", kind=command.append.value)))
    elif command.append is not Append.NOTHING or command.append_hex:
        data += f" + {literal(_tail(command, codec(command.encoding or item.encoding)))}"
    if command.wrap:
        lines.append(_left_out("wrap = true"))
    if command.pieces:
        lines.append(_left_out(f"pieces = {command.pieces}"))
    if item.role is Role.DATAGRAM:
        return [*lines, f"{talk}.sendto({data}, {to})"]
    return [*lines, f"{talk}.sendall({data})"]


def _target(command: c.Send, item: EndpointSettings, *, bound: bool) -> str:
    """Where a datagram goes: as the step or the endpoint says, else to whom the last came from.

    `bound`: the endpoint's address is its own.
    """
    to = command.to or ("" if bound else item.address)
    if not to or item.role is not Role.DATAGRAM:
        return "address"
    return _address(to, item.family)


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
