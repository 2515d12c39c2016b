"""The values that steps have taken so far, and steps with those values filled in."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any, Final

from workbench.engine.model import commands as c
from workbench.engine.model.address import part_of
from workbench.engine.model.settings import EndpointSettings
from workbench.engine.model.websocket_settings import WebSocketSettings
from workbench.named_tuple import NamedTuple
from workbench.payload.characters import BYTES, codec
from workbench.payload.hex_patterns import filled_pattern
from workbench.payload.json_values import FromGap, filled, of_value, read_json, written
from workbench.payload.notation import Allowance
from workbench.payload.templates import (
    BUILT_IN,
    IN_EXPECT,
    PLACEHOLDERS,
    WITH_ARGUMENT,
    Template,
    Value,
    hex_template,
    text_template,
)
from workbench.scenario.connections import RunConnection
from workbench.scenario.finders import Taken
from workbench.scenario.layer_steps import Payload
from workbench.scenario.meant_connections import MeantConnections
from workbench.scenario.named_values import known
from workbench.scenario.programs import AS_TEXT
from workbench.scenario.rounds import ROUND, ROUND_GAP
from workbench.scenario.steps import Expect, Perform, RunProgram, Scenario, Single, Step
from workbench.texts import Problem

_IN_REGEX: Final = re.compile(
    r"\{(?:(?:base64|len):)?[A-Za-z_][\w.-]*(?:[+*-][\w.-]+)*\}", re.ASCII
)

_USED: Final = re.compile(r"(?<=[{(:+*-])[A-Za-z_]\w*", re.ASCII)
"""What may be a name in the gaps of a step."""
_COUNTER: Final = "counter"
_END: Final = re.compile(r"(?<!\{)\{([A-Za-z0-9_-]+\.(?:port|address))\}", re.ASCII)
_QUOTED_END: Final = re.compile(rf"'({_END.pattern})'", re.ASCII)


Sent = c.Send | Payload | c.CloseWebSocket
"""Commands whose bytes may contain values."""


class TakenValues:
    """The values of one run.

    A taken value belongs to the connection that it came on. A step gets those of the connection
    that it means; if it is to be met on each, or is sent to several, each gets its own. Connections
    without one get the newest of the run.

    Attributes:
        meant: finds the connections that a step means; None: nothing runs, and nothing is taken.
    """

    def __init__(
        self,
        scenario: Scenario,
        address_of: Callable[[str], str],
        round_: Callable[[], tuple[int, int] | None] = lambda: None,
    ) -> None:
        """`address_of`: the current address of an endpoint; raises Problem: it has none. `round_`:
        the round of the innermost loop, and of how many; None: the step is in no loop.
        """
        self._names = scenario.names
        self._values = known(scenario.values)
        self._endpoints = [item.name for item in scenario.endpoints]
        self._address_of = address_of
        self._taken: dict[tuple[str, int], dict[str, Value]] = {}
        self._waiting: dict[str, tuple[EndpointSettings, EndpointSettings]] = {}
        self._round = round_
        self.meant: MeantConnections | None = None

    def extend(self, scenario: Scenario) -> None:
        """Go on with a scenario that names more; what was taken stays."""
        self._names = scenario.names
        self._values = known(scenario.values) | self._values
        self._endpoints = [item.name for item in scenario.endpoints]

    def take(self, matches: Iterable[tuple[RunConnection, Taken]]) -> None:
        """Keep what the patterns of a step took."""
        for connection, taken in matches:
            if taken:
                self._values.update(taken)
                own = self._taken.setdefault((connection.endpoint, connection.number), {})
                own.update(taken)

    def parted(self, step: Single) -> list[Single]:
        """The step itself, or one for each connection that it goes to or is to be met on, if it
        needs other values on each.

        Raises:
            Problem: there is no such endpoint.
        """
        names = {name for own in self._taken.values() for name in own}
        if len(self._taken) < 2 or names.isdisjoint(_USED.findall(repr(step))):
            return [step]
        if isinstance(step, Expect) and step.each:
            endpoint, numbers = step.endpoint, self._meant(step, sent=False)
        elif isinstance(step, Perform) and isinstance(step.command, Sent):
            endpoint, numbers = step.command.endpoint, self._meant(step.command, sent=True)
        else:
            return [step]
        used = names.intersection(_USED.findall(repr(step)))
        its = [{name: self._of(endpoint, at).get(name) for name in used} for at in numbers]
        if all(one == its[0] for one in its):
            return [step]
        return [_aimed(step, number) for number in numbers]

    def filled(self, step: Single, encoding_of: Callable[[str], str]) -> Single:
        """A step as it is to be carried out now.

        Raises:
            Problem: a value is not known yet, is not a number, or cannot be written in this form.
        """
        if isinstance(step, RunProgram):
            return self._run(step)
        if isinstance(step, Perform) and isinstance(step.command, Payload):
            own = getattr(step.command, "encoding", None)
            encoding = own or encoding_of(step.command.endpoint)
            return replace(step, command=self._bytes(step.command, encoding))
        if isinstance(step, Expect) and step.peer is not None:
            step = replace(step, peer=self._peer(step.peer, step))
        if not self._names:
            return self._of_its_own(step)
        if isinstance(step, Expect):
            return self._expect(step, step.encoding or encoding_of(step.endpoint))
        if not isinstance(step, Perform):
            return step
        command = step.command
        if isinstance(command, c.Send):
            if command.to is not None:
                values = self._known(command.endpoint, command.connection)
                command = replace(command, to=self._in(command.to, values))
            encoding = command.encoding or encoding_of(command.endpoint)
            if step.json is not None:
                return replace(step, command=self._send_json(step.json, command))
            return replace(step, command=self._send(command, encoding))
        if isinstance(command, c.CloseWebSocket):
            values = self._known(command.endpoint, command.connection)
            return replace(step, command=replace(command, reason=self._in(command.reason, values)))
        if isinstance(command, c.Mark):
            values = self._known(command.endpoint, None)
            return replace(step, command=replace(command, text=self._in(command.text, values)))
        return step

    def _peer(self, peer: str, step: Expect) -> str:
        """An address as in the log; that of an endpoint where it is now."""
        if peer.startswith("@"):
            return self._address_of(peer[1:])
        return self._in(peer, self._known(step.endpoint, step.connection, sent=False))

    def _of_its_own(self, step: Single) -> Single:
        """A send with placeholders of its own, in a file that has none: built-in names are filled
        in where it is sent.
        """
        if not isinstance(step, Perform) or not isinstance(step.command, c.Send):
            return step
        command = step.command
        filled: dict[str, Any] = {}
        if command.text is not None and command.placeholders and "{" in command.text:
            names = {*self._ends(), *({ROUND} if self._round() is not None else ())}
            template = text_template(command.text, {*names, *PLACEHOLDERS}, "utf-8")
            if template.names or (template.made_anew and _COUNTER in command.text):
                filled["text"] = template.left(self._of_send(command))
        for key in ("hex", "append_hex"):
            source = getattr(command, key)
            if source and _COUNTER in source and command.repeat == 1:
                filled[key] = hex_template(source, (), "utf-8").left(self._of_send(command))
        return replace(step, command=replace(command, **filled)) if filled else step

    def shown(self, title: str, step: Step) -> str:
        """The title of a step with the addresses of endpoints, if they are filled in."""
        if "{" not in title or not (self._names or isinstance(step, RunProgram)):
            return title

        def address(gap: re.Match[str]) -> str:
            try:
                value = self._address(gap[1])
            except Problem:  # it has none
                value = None
            return gap[0] if value is None else value.data.decode()

        if isinstance(step, RunProgram):  # no shell would quote what takes its place
            title = _QUOTED_END.sub(r"\1", title)
        return _END.sub(address, title)

    def _ends(self) -> Iterator[str]:
        return (f"{name}.{part}" for name in self._endpoints for part in ("port", "address"))

    def _run(self, step: RunProgram) -> RunProgram:
        """The program to begin: the addresses of endpoints are filled in in any file."""
        own = {*self._names, *BUILT_IN, *WITH_ARGUMENT} if self._names else set()
        names = {*own, *self._ends()}
        values = self._known(None, None)

        def fill(text: str, bad: str = "replace") -> str:
            return text_template(text, names, "utf-8").fill(values).decode("utf-8", bad)

        return replace(
            step,
            command=tuple(map(fill, step.command)),
            contains=None if step.contains is None else fill(step.contains),
            input=None if step.input is None else fill(step.input, AS_TEXT),
        )

    def settings(self, settings: EndpointSettings) -> EndpointSettings:
        """An endpoint's settings with the addresses that were taken, made anew for each connection.

        Raises:
            Problem: what an address needs is not known yet.
        """
        if not self._names:
            return settings
        asked, last = self._waiting.get(settings.name, (settings, settings))
        others = _waiting(settings) != _waiting(last)  # another one was configured meanwhile
        said = _waiting(settings if others else asked)
        values = self._known(None, None)
        filled = replace(
            settings,
            address=self._in(said.address, values),
            bind=self._in(said.bind, values) if said.bind else None,
            proxy=self._in(said.proxy, values) if said.proxy else None,
            websocket=None if said.websocket is None else self._request(said.websocket, values),
        )
        self._waiting[settings.name] = (replace(settings, **said._asdict()), filled)
        return filled

    def _request(
        self, settings: WebSocketSettings, values: Mapping[str, Value]
    ) -> WebSocketSettings:
        """What a client asks for, or what a server answers."""
        return replace(
            settings,
            path=self._in(settings.path, values),
            origin=None if settings.origin is None else self._in(settings.origin, values),
            headers=tuple((name, self._in(value, values)) for name, value in settings.headers),
            body=self._in(settings.body, values),
        )

    def _in(self, text: str, values: Mapping[str, Value]) -> str:
        return text_template(text, self._names, "utf-8").fill(values).decode("utf-8", "replace")

    def _send_json(self, source: Any, command: c.Send) -> c.Send:
        values = self._of_send(command)
        names = frozenset({*self._names, *BUILT_IN, *WITH_ARGUMENT})
        made = self._json(source, values, names, sent=True)
        return replace(command, text=made if isinstance(made, str) else written(made))

    def _json(
        self, source: Any, values: Mapping[str, Value], names: Collection[str], *, sent: bool
    ) -> Any:
        """A table with its strings filled in, or a text of JSON as the text that results."""
        if isinstance(source, str):
            text = text_template(source, names, "utf-8").fill(_Quoted(values)).decode()
            read_json(text)
            return text

        allowance = Allowance()

        def fill(text: str) -> Any:
            template = text_template(text, names, "utf-8")
            if template.fixed is not None:
                return template.fixed.decode()
            value = template.value(values)
            if value is not None:
                allowance.take(len(value.data))
                return of_value(value, sent=sent)
            made = template.fill(values).decode("utf-8", "replace")
            allowance.take(len(made))
            return FromGap(made)

        return filled(source, fill)

    def _send(self, command: c.Send, encoding: str) -> c.Send:
        if command.append_hex:
            tail = hex_template(command.append_hex, self._names, encoding)
            if tail.names or (tail.made_anew and command.repeat == 1):
                values = self._of_send(command)
                command = replace(command, append_hex=tail.left(values))
        if command.hex is not None:
            template = hex_template(command.hex, self._names, encoding)
        elif command.text is not None:
            template = text_template(
                command.text, {*self._names, *BUILT_IN, *WITH_ARGUMENT}, encoding
            )
        else:
            return command
        if not template.names and not (template.made_anew and command.repeat == 1):
            return _left(command, template)
        values = self._of_send(command)
        if template.made_anew:  # filled in for each send, where it is sent
            try:
                left = template.left(values)
            except Problem:  # bytes that are not text and must not become other bytes
                if command.repeat != 1:
                    raise
            else:
                if command.hex is not None:
                    return replace(command, hex=left)
                return replace(command, text=left, placeholders=True)
        data = template.fill(values)
        text = _as_text(data, encoding) if command.text is not None else None
        if text is None or "{" in text:  # a brace that was taken is literal
            return replace(command, text=None, hex=data.hex(), encoding=None, placeholders=False)
        return replace(command, text=text, placeholders=False)

    def _of_send(self, command: c.Send) -> Mapping[str, Value]:
        """What fills in a send: {counter} is its number in a repeated send, else 1."""
        values = self._known(command.endpoint, command.connection)
        if command.repeat == 1:
            values["counter"] = Value(b"1", literal=True)
        return values

    def _bytes(self, command: Payload, encoding: str) -> Payload:
        """Bytes that bypass the responder, or a frame of its own: here hex is plain."""
        if command.hex is not None:
            template = hex_template(command.hex, self._names, encoding)
        elif command.text is not None and self._names:
            names = {*self._names, *BUILT_IN, *WITH_ARGUMENT}
            template = text_template(command.text, names, encoding)
        else:
            return command
        values = self._known(command.endpoint, command.connection)
        values["counter"] = Value(b"1", literal=True)  # it is sent once
        data = template.fill(values)
        text = _as_text(data, encoding) if command.text is not None else None
        return replace(command, text=text, hex=data.hex() if text is None else None)

    def _expect(self, step: Expect, encoding: str) -> Expect:
        values = self._known(step.endpoint, step.connection, sent=False)
        values["counter"] = Value(b"1", literal=True)  # as in a send that is sent once
        found: dict[str, Any] = {}
        for key in ("text", "contains"):
            source = getattr(step, key)
            if source is not None:
                data = text_template(source, {*self._names, *IN_EXPECT}, encoding).fill(values)
                text = _as_text(data, encoding)
                if text is None:
                    raise Problem("scenario.value_no_text", encoding=encoding)
                found[key] = text
        if step.reason is not None:
            found["reason"] = self._in(step.reason, values)
        if step.header:
            found["header"] = {name: self._in(value, values) for name, value in step.header.items()}
        if step.json is not None:
            found["json"] = self._json(step.json, values, self._names, sent=False)
        if step.regex is not None:
            found["regex"] = self._in_regex(step.regex, values, encoding)
        if step.hex is not None:
            found["hex"] = filled_pattern(step.hex, self._names, values, encoding)
        return replace(step, **found)

    def _in_regex(self, source: str, values: Mapping[str, Value], encoding: str) -> str:
        used = "latin-1" if encoding == BYTES else codec(encoding)
        names = {*self._names, *IN_EXPECT}
        allowance = Allowance()

        def quoted(gap: re.Match[str]) -> str:
            template = text_template(gap[0], names, encoding)
            if template.fixed is not None:
                return gap[0]
            made = re.escape(template.fill(values).decode(used, "backslashreplace"))
            allowance.take(len(made))
            return made

        return _IN_REGEX.sub(quoted, source)

    def _known(
        self, endpoint: str | None, connection: int | str | None, *, sent: bool = True
    ) -> _Known:
        own = {} if endpoint is None else self._own(_Aim(endpoint, connection), sent=sent)
        now = self._round()
        number = {} if now is None else {ROUND: Value(b"%d" % now[0], literal=True)}
        return _Known({**number, **self._values}, own, self._address)

    def _meant(self, aim: _Aim | Expect | Sent, *, sent: bool) -> list[int]:
        """The connections that a step means, by the numbers that steps use."""
        if isinstance(aim.connection, int) and aim.connection > 0:
            return [aim.connection]
        if self.meant is None:
            return []
        meant = self.meant.sent_to if sent else self.meant.expected_on
        return meant(aim.endpoint, aim.connection)

    def _of(self, endpoint: str, number: int) -> Mapping[str, Value]:
        in_run = number if self.meant is None else self.meant.in_run(endpoint, number)
        return self._taken.get((endpoint, in_run), {})

    def _own(self, aim: _Aim, *, sent: bool) -> Mapping[str, Value]:
        """The values taken on the connections that a step means, as far as they are the same on
        all.
        """
        if len(self._taken) < 2 or all(name != aim.endpoint for name, _ in self._taken):
            return {}  # it is the newest in any case
        its = [self._of(aim.endpoint, number) for number in self._meant(aim, sent=sent)]
        first = its[0] if its else {}
        return {
            name: value
            for name, value in first.items()
            if all(own.get(name) == value for own in its)
        }

    def _address(self, name: str) -> Value | None:
        """The value of {NAME.port} and {NAME.address}; None: it is neither."""
        endpoint, _, part = name.rpartition(".")
        if endpoint not in self._endpoints or part not in {"port", "address"}:
            return None
        return Value(part_of(self._address_of(endpoint), part).encode(), encoding="utf-8")


class _Aim(NamedTuple):
    """A choice of connections of an endpoint."""

    endpoint: str
    connection: int | str | None


def _aimed(step: Single, number: int) -> Single:
    """The step for one of the connections that it means."""
    if isinstance(step, Expect):
        return replace(step, each=False, connection=number)
    assert isinstance(step, Perform)
    return replace(step, command=c.aimed(step.command, number))


class _Known(dict[str, Value]):
    """Values by name; an endpoint's address is looked up when it is asked for."""

    def __init__(
        self,
        values: Mapping[str, Value],
        own: Mapping[str, Value],
        address: Callable[[str], Value | None],
    ) -> None:
        super().__init__({**values, **own})
        self._address = address

    # of the overloads of dict.get its callers use this one
    def get(self, name: str, default: Value | None = None) -> Value | None:  # type: ignore[override]
        found = super().get(name) or self._address(name) or default
        if found is None and name == ROUND:
            raise Problem("scenario.round_outside", name=ROUND_GAP)
        return found


class _Quoted(dict[str, Value]):
    """Values as they are written in JSON text, inside quotes or not."""

    def __init__(self, values: Mapping[str, Value]) -> None:
        super().__init__()
        self._values = values

    # of the overloads of dict.get its callers use this one
    def get(self, name: str, default: Value | None = None) -> Value | None:  # type: ignore[override]
        found = self._values.get(name)
        if found is None or found.literal:
            return found or default
        text = found.text
        text = found.data.decode("utf-8", "replace") if text is None else text
        return Value(written(text)[1:-1].encode(), encoding="utf-8")


class _Waiting(NamedTuple):
    """The parts of an endpoint that may wait for a taken value."""

    address: str
    bind: str | None
    proxy: str | None
    websocket: WebSocketSettings | None


def _waiting(settings: EndpointSettings) -> _Waiting:
    return _Waiting(settings.address, settings.bind, settings.proxy, settings.websocket)


def _left(command: c.Send, template: Template) -> c.Send:
    """A send in which only built-in names remain to be filled in, where it is sent."""
    if command.text is None:
        return command
    text = template.left({}) if "{{" in command.text else command.text
    return replace(command, text=text, placeholders=True)


def _as_text(data: bytes, encoding: str) -> str | None:
    """Bytes as a text that encodes to them; None: there is none."""
    try:
        text = data.decode(codec(encoding))
        return text if text.encode(codec(encoding)) == data else None
    except (UnicodeError, LookupError):
        return None
