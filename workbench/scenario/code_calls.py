"""Export: the steps of a scenario as lines of a plain script, and the state they are written in."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import Final

from workbench.engine.model import commands as c
from workbench.engine.model import options
from workbench.engine.model.message_ends import Idle
from workbench.engine.model.planned_calls import OptionCall, Purpose, own_address, planned_calls
from workbench.engine.model.proxy_settings import without_login
from workbench.engine.model.serialize import setting_text
from workbench.engine.model.settings import EndpointSettings, Role
from workbench.engine.protocol.stack import MESSAGES, layer_names
from workbench.literals import comment, literal
from workbench.payload.characters import codec
from workbench.payload.templates import PLACEHOLDERS, text_template
from workbench.scenario.code_answers import answers_class
from workbench.scenario.code_bytes import payload
from workbench.scenario.code_expect import expectation, ignoring
from workbench.scenario.code_names import variables
from workbench.scenario.code_seen import mixes_messages
from workbench.scenario.code_sockets import (
    INDENT,
    Expression,
    address,
    built,
    is_temporary,
    left_out,
    option,
)
from workbench.scenario.code_steps import (
    by_number,
    exception,
    failing_so,
    flat,
    get_option,
    membership,
    stay,
    taken_by,
    until_open,
)
from workbench.scenario.code_until import (
    around,
    block,
    condition,
    counted,
    counts_rounds,
    with_known,
)
from workbench.scenario.code_values import CodePlace, expression
from workbench.scenario.named_values import end_names
from workbench.scenario.rounds import ROUND
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
from workbench.texts import Problem

Settings = dict[str, EndpointSettings]
Names = Mapping[str, str]
"""The variable of each endpoint."""

_OF_LATER_CALLS: Final = ("address", "bind", "backlog", "port_search", "count")
"""Settings that only calls of later steps use."""


def _unknown(name: str) -> str:
    raise Problem("template.missing", name=name)


def sockets_of(item: EndpointSettings, names: Names) -> list[str]:
    """The variables that hold its sockets."""
    name = names[item.name]
    return [name, f"{name}_conn"] if item.role is Role.LISTENER else [name]


class ScriptSteps:
    """Writes the steps as lines; keeps track of the settings in force while it does.

    Attributes:
        begun: the settings that the endpoints begin with.
        needs: parts of the helper; `modules`: those of the standard library.
        first: the values that it begins with.
        goes_on: a step that failed does not end it.
        noted: sockets keep the results of their calls, since something is expected of them, or a
            thread works for them.
    """

    def __init__(self, scenario: Scenario) -> None:
        taken = taken_by(scenario.steps)
        first = {name: one for name, one in scenario.values.items() if name not in taken}
        self._values = TakenValues(replace(scenario, values=first), _unknown)
        self._names = scenario.names
        self.first = dict(scenario.values)
        self.needs: set[str] = set()
        self.commands: list[str] = []
        self.modules: set[str] = set()
        self.begun = {item.name: self._addressed(item) for item in scenario.endpoints}
        self.names = variables(self.begun.values())
        self._settings: Settings = dict(self.begun)
        self._loops = 0
        self._rounds: list[str] = []  # the variables of loops, the innermost last
        self.counts = counts_rounds(scenario, taken)
        self.needs |= {"noted_socket"} if self.counts else set()
        self._watching = 0
        self._built: set[str] = set()  # have one socket, which is made
        self._bound: set[str] = set()  # connected to the address that they have
        self._tied: set[str] = set()  # datagram endpoints that are connected
        self.goes_on = False
        self._failing = scenario.on_failure is OnFailure.NEXT
        self.temporary = any(
            is_temporary(spec, item.family)
            for item in scenario.endpoints
            for spec in (item.address, item.bind)
        )
        self.modules |= {"atexit", "os", "shutil", "tempfile"} if self.temporary else set()
        steps = list(flat(scenario.steps))
        asked = [step.command for step in steps if isinstance(step, Perform)]
        self._reads_by_hand = {item.endpoint for item in asked if isinstance(item, c.Recv)}
        self._accepts_by_hand = {
            item.endpoint
            for item in asked
            if isinstance(item, c.Accept)
            or (isinstance(item, c.Step) and item.gate is c.Gate.ACCEPT)
        }
        self._used = {item.endpoint for item in asked} - {None}
        connects = Counter(item.endpoint for item in asked if isinstance(item, c.Connect))
        looped = flat(step for step in scenario.steps if isinstance(step, Loop))
        acts = [step.command for step in looped if isinstance(step, Perform)]
        self._again = {name for name, count in connects.items() if count > 1}
        self._again |= {item.endpoint for item in acts if isinstance(item, c.Connect)}
        self._many = {  # clients of which one connect makes several sockets
            item.endpoint
            for item in asked
            if isinstance(item, c.Connect) and (item.count or self.begun[item.endpoint].count) > 1
        }
        waits = any(
            isinstance(step, Expect) or (isinstance(step, Loop) and step.until is not None)
            for step in steps
        )
        self.noted = waits or any(map(self._acts, self.begun.values()))
        self._messages = mixes_messages(scenario)
        self.noted |= any(item.family == "AF_UNIX" for item in self.begun.values())  # has files
        if self.noted:
            self.needs |= {"noted_socket", "by_itself"}

    def _addressed(self, item: EndpointSettings) -> EndpointSettings:
        """The settings; an address that waits for a value becomes an expression."""
        try:
            return self._values.settings(item)
        except Problem:
            bind = None if item.bind is None else Expression(self._address(item.bind))
            return replace(item, address=Expression(self._address(item.address)), bind=bind)

    def _address(self, text: str) -> str:
        self.needs |= {"filling", "noted_socket"}
        template = text_template(text, self._names, "utf-8")
        return f"address_of({expression(template, CodePlace('utf-8'))})"

    # -- what endpoints do by themselves ---------------------------------------------------------

    def _reads(self, item: EndpointSettings) -> bool:
        """Whether a thread reads for it; not if the steps contain each recv()."""
        return item.receive.value == "auto" and item.name not in self._reads_by_hand

    def _accepts(self, item: EndpointSettings) -> bool:
        return item.accept.value == "auto" and item.name not in self._accepts_by_hand

    def _acts(self, item: EndpointSettings) -> bool:
        if item.name not in self._used:
            return False
        return self._reads(item) or (item.role is Role.LISTENER and self._accepts(item))

    def classes(self) -> list[str]:
        """What each endpoint does by itself, as a class; the usual behaviour needs none."""
        if not self.noted:
            return []
        lines: list[str] = []
        for item in self.begun.values():
            name, reads = self._answers(item), self._reads(item)
            made = answers_class(item, name, self.begun, reads=reads, accepts=self._accepts(item))
            lines += made.lines
            self.needs |= made.needs
        return lines

    def _answers(self, item: EndpointSettings) -> str:
        return f"Answers_{self.names[item.name]}"

    def _let(self, item: EndpointSettings, name: str) -> list[str]:
        """The lines that let the thread work for a socket from here on."""
        return [f"by_itself({name}, {self._answers(item)}())"] if self.noted else []

    # -- steps ----------------------------------------------------------------------------------

    def steps(self, steps: Iterable[Step]) -> list[str]:
        """Lines of these steps."""
        lines: list[str] = []
        for single in steps:
            made = self._step(single)
            goes_on = single.on_failure is OnFailure.NEXT or (
                self._failing and single.on_failure is None
            )
            if goes_on and not isinstance(single, Loop):
                made = [
                    "try:",
                    *(INDENT + line for line in block(made)),
                    "except (AssertionError, OSError) as error:",
                    f"{INDENT}failures.append(error)",
                ]
                self.goes_on = True
            lines += made
        return lines

    def _step(self, single: Step) -> list[str]:
        step, names = single, frozenset[str]()
        if not isinstance(step, Loop | Stay | RunProgram):
            try:
                step = self._values.filled(step, lambda name: self._settings[name].encoding)
            except Problem:  # what it needs is only known when the script runs
                names = self._names
        match step:
            case Wait():
                return [f"{self._sleep}({literal(step.seconds)})"]
            case Stay():
                return stay(step, self._sleep)
            case RunProgram():
                return self._run(step)
            case StopProgram():
                self.needs.add("other_programs")
                return [f"stop_program({literal(step.name)})"]
            case Expect():
                return self._expect(step, names)
            case Loop():
                return self._loop(step)
        return self._perform(step, names)

    def hidden(self, scenario: Scenario) -> list[str]:
        """What endpoints ignore."""
        lines = []
        for item in scenario.endpoints:
            among = scenario.ignored.get(item.name, ())
            if among and self.noted:
                made = ignoring(among, self.begun[item.name])
                self.needs |= made.needs
                lines += made.lines
        return lines

    def _run(self, step: RunProgram) -> list[str]:
        """The lines that start another program, whose words may contain values and addresses."""
        self.needs.add("other_programs")
        self.commands.append(step.line)
        ends = {f"{name}.{part}" for name in self.begun for part in ("port", "address")}
        own = {*self._names, *PLACEHOLDERS} if self._names else set[str]()

        def word(text: str, as_text: str = ".decode()") -> str:
            template = text_template(text, {*ends, *own}, "utf-8")
            if template.fixed is not None:
                plain = template.fixed.decode()
                return literal(plain if as_text else plain.encode())
            self.needs |= {"filling", "noted_socket"}
            return f"({expression(template, CodePlace('utf-8'))}){as_text}"

        wanted = 0 if step.exit is None else step.exit
        more = [f"name={literal(step.name)}"] if step.name else []
        more += [] if wanted == 0 else [f"wanted={literal(wanted if wanted != 'any' else None)}"]
        more += [] if step.contains is None else [f"contains={word(step.contains)}"]
        more += [] if step.input is None else [f"given={word(step.input, '')}"]
        more += [] if step.timeout == 60.0 else [f"seconds={literal(step.timeout)}"]
        more += [] if step.wait else ["wait=False"]
        words = ", ".join(map(word, step.command))
        return [f"run({', '.join([f'[{words}]', *more])})"]

    @property
    def _sleep(self) -> str:
        return "rest" if self._watching else "time.sleep"

    def _loop(self, loop: Loop) -> list[str]:
        self._loops += 1
        number = self._loops
        waits = loop.until is not None
        self._watching += waits
        self._rounds.append(f"round{number}")
        body = self.steps(loop.steps)
        self._rounds.pop()
        self._watching -= waits
        pause = f"{self._sleep}({literal(loop.pause)})"
        if loop.renumber and by_number(loop.steps):
            body = [left_out("renumber = true"), *body]
        after: list[str] = []
        counter = "_"
        if self.counts:
            counter = f"round{number}"
            body, after = [counted(counter), *body], list(map(counted, self._rounds[-1:]))
        if loop.until is None:
            times = f"1, {loop.times + 1:d}" if self.counts else f"{loop.times:d}"
            return [
                f"for {counter} in range({times}):",
                *(INDENT + line for line in block(body)),
                *([INDENT + pause] if loop.pause else []),
                *after,
            ]
        item = self._settings.get(loop.until.endpoint)
        encoding = codec(loop.until.encoding or (item.encoding if item is not None else "utf-8"))
        sockets = [
            name for each in self._settings.values() for name in sockets_of(each, self.names)
        ]
        known = with_known(loop, self._values, encoding)
        assert known.until is not None
        wanted = condition(known.until, encoding, self._settings.values())
        return [*around(known, number, wanted, body, sockets), *after]

    def _expect(self, step: Expect, names: frozenset[str]) -> list[str]:
        item = self._settings[step.endpoint]
        talk = self._talk(item, step.connection, listening=True)
        made = expectation(step, item, talk, names)
        self.needs |= made.needs
        return made.lines

    def _perform(self, step: Perform, names: frozenset[str]) -> list[str]:
        command = step.command
        if isinstance(command, c.Configure):
            return self._configure(command)
        made = (
            self._send(command, names, step.json)
            if isinstance(command, c.Send)
            else self._command(command, names)
        )
        blocks = command if isinstance(command, c.Recv | c.Accept | c.Connect) else None
        if blocks is not None and not (step.wait and blocks.wait):  # here the script waits for it
            made.insert(0, left_out("wait = false"))
        if step.until_open:
            made = until_open(made, step.until_open)
        if step.error is None or not made:
            return made
        caught = exception(step.error)
        after = failing_so(step.error) if caught == "OSError" else []
        self.modules |= {"errno"} if after else set()
        if isinstance(command, c.Connect | c.Start):
            after.append(f"{INDENT}{self.names[command.endpoint]}.close()")
        does = any(not line.lstrip().startswith("#") for line in made)
        return [
            "try:",
            *(f"{INDENT}{line}" for line in block(made)),
            f"except {caught} as error:",
            f"{INDENT}print({literal(step.error)}, error)",
            *after,
            *(["else:", f"{INDENT}raise AssertionError({literal(step.error)})"] if does else []),
        ]

    def _configure(self, command: c.Configure) -> list[str]:
        """The lines that follow are made of the new settings; what an endpoint does by itself is
        fixed when the script begins.
        """
        before = self._settings[command.endpoint]
        now = self._settings[command.endpoint] = self._addressed(command.settings)
        again = replace(now, **{name: getattr(before, name) for name in _OF_LATER_CALLS})
        return [] if again == before else [left_out("configure")]

    def _command(self, command: c.Command, names: frozenset[str]) -> list[str]:  # noqa: C901, PLR0912 - a branch a command
        if isinstance(command, c.Mark):
            return [comment(command.text)]
        if command.endpoint is None:
            return []
        item = self._settings[command.endpoint]
        name = self.names[item.name]
        match command:
            case c.Start():
                own = own_address(item, Purpose.START)
                self._bound |= {item.name} if own and own == item.address else set()
                return self._start(item, name)
            case c.Connect():
                return self._connect(item, command)
            case c.Accept() | c.Step(gate=c.Gate.ACCEPT):
                return self._accept(item, command)
            case c.Step(gate=c.Gate.RECEIVE):
                return self._each(
                    item,
                    None,
                    lambda talk: self._recv(item, talk, item.bufsize),
                    times=command.count,
                )
            case c.Listen():
                backlog = item.backlog if command.backlog is None else command.backlog
                return [f"{name}.listen({literal(backlog)})"]
            case c.Recv():
                size = command.size or item.bufsize
                return self._each(
                    item, command.connection, lambda talk: self._recv(item, talk, size)
                )
            case c.Shutdown():
                return self._each(
                    item,
                    command.connection,
                    lambda talk: [f"{talk}.shutdown(socket.{command.how.value})"],
                )
            case c.Abort():
                return self._each(item, command.connection, self._abort)
            case c.Stop():
                return self._stop(item)
            case c.Close():
                if item.role is Role.LISTENER and command.connection is None:
                    return [f"{name}.close()"]
                return self._each(item, command.connection, self._close)
            case c.Sample():
                return [f"look({', '.join(sockets_of(item, self.names))})"]
            case (
                c.Pause(gate=c.Gate.RECEIVE | c.Gate.ACCEPT)
                | c.Resume(gate=c.Gate.RECEIVE | c.Gate.ACCEPT)
            ):
                return self._hold(item, command)
            case c.Respond(connection=None) if self.noted:
                return self._respond(item, command)
            case c.Call(call="settimeout", args=(int() | float() as seconds,)) if (
                item.name in self._built
            ):
                return [f"{name}.settimeout({literal(seconds)})"]
            case c.Call():  # arguments are words of ours, and it may come before any socket
                return [left_out(f"{command.call}({', '.join(map(literal, command.args))})")]
            case c.SetOption():
                return self._each(
                    item,
                    command.connection,
                    lambda talk: [option(OptionCall(command.option, command.value), talk)],
                )
            case c.GetOption():
                return self._each(
                    item, command.connection, lambda talk: get_option(command.option, talk)
                )
            case c.Join() | c.Leave():
                return membership(command, name)
            case _:
                return [left_out(type(command).__name__)]

    # -- which socket ---------------------------------------------------------------------------

    def _talk(
        self, item: EndpointSettings, connection: int | str | None, *, listening: bool = False
    ) -> str:
        """The socket that bytes go through, as an expression."""
        name = self.names[item.name]
        if self.noted and isinstance(connection, int) and item.role is not Role.DATAGRAM:
            return f"connection({literal(item.name)}, {connection})"
        if item.role is not Role.LISTENER or (listening and connection is None):
            return name
        if self.noted and self._accepts(item):
            return f"connection({literal(item.name)})"
        return f"{name}_conn"

    def _each(
        self,
        item: EndpointSettings,
        connection: int | str | None,
        lines: Callable[[str], list[str]],
        times: int = 1,
    ) -> list[str]:
        """The lines for each socket that a step means."""
        several = item.role is Role.STREAM and item.count > 1 and connection is None
        if self.noted and (connection == c.ALL or several):
            made = lines("sock")
            head = f"for sock in open_ones({literal(item.name)}):"
            return [head, *(INDENT + line for line in block(made))]
        made = lines(self._talk(item, connection))
        before = self._accepted(item)
        if times > 1:
            head = f"for _ in range({times}):"
            made = [head, *(INDENT + line for line in block(made))]
        return [*before, *made]

    def _accepted(self, item: EndpointSettings) -> list[str]:
        """The lines for an accept: a listener accepts by itself in a scenario; without the helper a
        script must be told.
        """
        if item.role is not Role.LISTENER or self.noted:
            return []
        name = self.names[item.name]
        return [f"if {name}_conn is None:", f"{INDENT}{name}_conn, peer = {name}.accept()"]

    # -- commands -------------------------------------------------------------------------------

    def _start(self, item: EndpointSettings, name: str) -> list[str]:
        lines = [*self._said(item), *built(item, name, Purpose.START, noted=self.noted)]
        if item.role is not Role.LISTENER:
            self._built.add(item.name)
            lines.append(f"where[{literal(item.name)}] = {name}.getsockname()")
        return [*lines, *self._let(item, name)]

    def _said(self, item: EndpointSettings) -> list[str]:
        """A comment on what the program does by itself and the script does not."""
        lines = []
        names = [name for name in layer_names(item) if name != MESSAGES]
        if names:
            lines.append(left_out(f"layers = {names}"))
        elif item.tls is not None:
            lines.append(left_out("tls"))
        if item.proxy is not None:
            lines.append(left_out(f"proxy = {without_login(item.proxy)}"))
        by_hand = item.messages is not None and not self._reads(item) and self.noted
        if isinstance(item.messages, Idle) or by_hand:
            lines.append(left_out(f"messages = {setting_text(item.messages)}"))
        if item.send.value != "auto":
            lines.append(left_out(f"send = {item.send.value}"))
        if item.calls.value != EndpointSettings("", item.role).calls.value:
            lines.append(left_out(f"calls = {item.calls.value}"))
        if self.noted and self._messages and item.type == "SOCK_SEQPACKET":
            lines.append(left_out(f"type = {item.type}"))
        again = item.reconnect
        if again is not None:
            waits = f"first = {again.first!r}, most = {again.most!r}, times = {again.times}"
            lines.append(left_out(f"reconnect = {{ {waits} }}"))
        return lines

    def _connect(self, item: EndpointSettings, command: c.Connect) -> list[str]:
        """The lines for a client's new sockets, or for the one that a datagram endpoint has."""
        name = self.names[item.name]
        if item.family == options.UNSPECIFIED:
            return self._either(item, name)
        if item.role is Role.DATAGRAM:
            self._tied.add(item.name)
            connect = f"{name}.connect({address(item.address, item.family)})"
            return [*self._made(item), connect]
        count = command.count or item.count
        again = self.noted and item.name in self._again
        made = [
            *self._said(item),
            *([f"connect_anew({literal(item.name)})"] if again and count == 1 else []),
            *built(item, name, Purpose.CONNECT, noted=self.noted),
            *self._let(item, name),
        ]
        if count == 1:
            return [f"last[{literal(item.name)}] = 1", *made] if item.name in self._many else made
        many = [f"for _ in range({count:d}):", *(INDENT + line for line in block(made))]
        if again:
            many.insert(0, f"connect_anew({literal(item.name)})")
        return [f"last[{literal(item.name)}] = {count:d}", *many] if self.noted else many

    def _either(self, item: EndpointSettings, name: str) -> list[str]:
        """The lines for a client of IPv4 or IPv6: a socket for each address of the name, until one
        connects.
        """
        where = address(item.address, item.family)
        where += "[:2]" if item.address.startswith("@") else ""
        more = "" if item.timeout is None else f", {literal(item.timeout)}"
        if item.bind:
            more += f", source_address={address(item.bind, item.family)}"
        planned = planned_calls(item, Purpose.CONNECT)
        maker = f"connected({literal(item.name)}, " if self.noted else "socket.create_connection("
        return [
            *self._said(item),
            *(
                left_out(f"setsockopt({each.text})")
                for each in planned
                if isinstance(each, OptionCall)
            ),
            f"{name} = {maker}{where}{more})",
            *self._let(item, name),
        ]

    def _made(self, item: EndpointSettings) -> list[str]:
        """The lines for a datagram endpoint's socket, if it has none yet: one for everything it
        does.
        """
        name = self.names[item.name]
        lines = [*built(item, name, Purpose.SEND, noted=self.noted), *self._let(item, name)]
        return [f"if {name} is None:", *(INDENT + line for line in lines)]

    def _accept(self, item: EndpointSettings, command: c.Accept | c.Step) -> list[str]:
        name = self.names[item.name]
        lines = [f"{name}_conn, peer = {name}.accept()"]
        if isinstance(command, c.Accept) and command.no_files:
            self.modules |= {"resource", "os"}
            lines = ["with no_files():", *(INDENT + line for line in lines)]
            self.needs.add("few_files")
        lines.append("print('accepted', peer)")
        if self.noted:
            lines += [f"by_itself({name}_conn)"]
        count = command.count if isinstance(command, c.Step) else 1
        if count > 1:
            return [f"for _ in range({count:d}):", *(INDENT + line for line in lines)]
        return lines

    def _send(self, command: c.Send, names: frozenset[str], json: object = None) -> list[str]:
        item = self._settings[command.endpoint]
        if not command.repeat:  # nothing cancels it here
            return [left_out("repeat = 0")]
        if command.placeholders and json is None:
            names |= {*end_names({"endpoint": self._settings}), *({ROUND} if self.counts else ())}
        try:
            made = payload(command, item, names, counter=command.repeat > 1, json=json)
        except Problem as problem:  # it fails in the run as well
            return [left_out(str(problem))]
        self.needs |= made.needs | ({"noted_socket"} if made.needs else set())
        datagram = item.role is Role.DATAGRAM

        def lines(talk: str) -> list[str]:
            if datagram and item.name in self._tied and command.to is None:
                return [f"{talk}.send({made.text})"]
            if datagram:
                to = self._to(item, command)
                sent = f"{talk}.sendto({made.text}, {to})"
                return [
                    sent if to != "address" else f"{sent} if address else {talk}.send({made.text})"
                ]
            if command.pieces:
                pause = (
                    [f"{INDENT}{self._sleep}({literal(command.interval)})"]
                    if command.interval
                    else []
                )
                return [
                    f"data = {made.text}",
                    f"for place in range(0, len(data), {command.pieces:d}):",
                    f"{INDENT}{talk}.sendall(data[place : place + {command.pieces:d}])",
                    *pause,
                ]
            if not command.wait and self.noted:
                return [f"later({talk}, {made.text})"]
            return [f"{talk}.sendall({made.text})"]

        done = self._each(item, command.connection, lines)
        if command.repeat > 1:
            pause = [f"{self._sleep}({literal(command.interval)})"] if command.interval else []
            head = f"for counter in range(1, {command.repeat + 1:d}):"
            done = [head, *(INDENT + line for line in [*done, *pause])]
        return [*(self._made(item) if datagram else []), *done]

    def _to(self, item: EndpointSettings, command: c.Send) -> str:
        """The address that a datagram goes to: as the step or endpoint says, else that of the last
        sender.
        """
        to = command.to or ("" if item.name in self._bound else item.address)
        if not to:
            return f"*peer_of({self.names[item.name]})" if self.noted else "address"
        if command.to and self._names and "{" in command.to:
            return self._address(command.to)
        return address(to, item.family)

    def _recv(self, item: EndpointSettings, talk: str, size: int) -> list[str]:
        if item.role is Role.DATAGRAM:
            return [f"data, address = {talk}.recvfrom({literal(size)})", "print(data, address)"]
        return [f"data = {talk}.recv({literal(size)})", "print(data)"]

    def _abort(self, talk: str) -> list[str]:
        linger = r"b'\1\0\0\0\0\0\0\0'"
        return [
            f"sock = {talk}" if talk != "sock" else "# RST",
            f"sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, {linger})",
            *self._close("sock"),
        ]

    def _close(self, talk: str) -> list[str]:
        return [f"end({talk})" if self.noted else f"{talk}.close()"]

    def _stop(self, item: EndpointSettings) -> list[str]:
        if self.noted:
            return [f"stop({literal(item.name)})"]
        return [
            line
            for each in sockets_of(item, self.names)
            for line in (f"if {each}:", f"{INDENT}{each}.close()")
        ]

    def _hold(self, item: EndpointSettings, command: c.Pause | c.Resume) -> list[str]:
        if not self.noted:
            return [left_out(type(command).__name__)]
        key = "reads" if command.gate is c.Gate.RECEIVE else "accepts"
        return [f"hold({literal(item.name)}, {key}={isinstance(command, c.Resume)})"]

    def _respond(self, item: EndpointSettings, command: c.Respond) -> list[str]:
        return [left_out(f"respond: {type(command.responder).__name__}")]
