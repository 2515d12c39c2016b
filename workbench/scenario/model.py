"""Parses scenario files into frozen objects, and first reports everything that is wrong with
them.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import MISSING, fields, replace
from functools import partial
from pathlib import Path
from typing import Any, Final

from workbench.engine.model import commands as c
from workbench.engine.model import options
from workbench.engine.model import settings as s
from workbench.engine.model.message_ends import check_wrap
from workbench.engine.model.planned_calls import Purpose
from workbench.engine.model.serialize import COMMANDS
from workbench.engine.runtime.socket_calls import CALLS
from workbench.named_tuple import NamedTuple
from workbench.payload.hex_patterns import compile_hex
from workbench.payload.json_values import written
from workbench.payload.masking import Masker
from workbench.payload.templates import hex_template
from workbench.scenario import expect_keys, ignored, layer_steps, misplaced, never_logged, readings
from workbench.scenario import keys as k
from workbench.scenario import values as v
from workbench.scenario.call_names import check_row, moved_symbol
from workbench.scenario.call_names import error as error_name
from workbench.scenario.cases import ALONE, Case, cases_of
from workbench.scenario.doubts import doubts
from workbench.scenario.endpoint_keys import (
    EndpointReading,
    as_table,
    check_started,
    endpoint,
    reached_by_path,
    with_keys,
)
from workbench.scenario.keys import FORMAT
from workbench.scenario.limits import LARGEST, check_numbers, check_text, long_number
from workbench.scenario.locate import Path as KeyPath
from workbench.scenario.locate import line_of, locate
from workbench.scenario.named_values import NOTHING_GIVEN, Given, Named, taken_names
from workbench.scenario.permissions import Asked, Reach, Wish, folder_of
from workbench.scenario.responder_keys import with_files
from workbench.scenario.rounds import ROUND_GAP, is_counted
from workbench.scenario.secrets import masked_problem
from workbench.scenario.steps import (
    ANY,
    FOR_GOOD,
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
from workbench.scenario.syntax import explain_syntax
from workbench.scenario.unknown_words import (
    late_number,
    quoted_words,
    refused_word,
    rounds_outside,
    unfilled_words,
    unknown_words,
)
from workbench.texts import Problem, reason_of

_NAME: Final = re.compile(r"[A-Za-z0-9_-]+\Z")
__all__ = (
    "ANY",
    "FORMAT",
    "Expect",
    "Loop",
    "NotAllowed",
    "Perform",
    "Scenario",
    "ScenarioProblem",
    "Step",
    "Wait",
    "load",
    "parse",
    "read",
)


class ScenarioProblem(Problem):
    """An error in a scenario file; `line` counts from 1."""

    def __init__(self, source: str, line: int, reason: Problem) -> None:
        super().__init__("scenario.at", source=source, line=line, reason=reason)
        self.line = line


class NotAllowed(ScenarioProblem):
    """A scenario asks for more than it is allowed: all such wishes, each with its line.

    Attributes:
        wishes: what would have to be granted.
        lines: the line of each.
    """

    def __init__(self, source: str, wishes: Sequence[tuple[int, Wish]]) -> None:
        line, first = wishes[0]
        super().__init__(source, line, first.refusal)
        self.wishes = tuple(wish for _, wish in wishes)
        self.lines = tuple(line for line, _ in wishes)
        self._all = [ScenarioProblem(source, line, wish.refusal) for line, wish in wishes]

    @property
    def text(self) -> str:
        return "\n".join(each.text for each in self._all)


def load(path: Path, given: Given = NOTHING_GIVEN) -> Scenario:
    """Read a scenario file that has no cases.

    Raises:
        NotAllowed: it asks for what it is not allowed.
        Problem: it cannot be read, or what is wrong in it with file, line and nearest name.
    """
    return _only(load_cases(path, given))


def load_cases(path: Path, given: Given = NOTHING_GIVEN) -> tuple[Scenario, ...]:
    """Read a scenario file: one scenario for each of its cases, in order. Raises as `load` does."""
    return parse_cases(read_text(path), str(path), given, folder_of(path))


def load_runs(path: Path, given: Given = NOTHING_GIVEN) -> tuple[Scenario, ...]:
    """As `load_cases`, for a file that is to be run. Raises Problem also if it has no step."""
    made = load_cases(path, given)
    if not made[0].steps:
        raise Problem("scenario.nothing_to_do", path=str(path))
    return made


def _only(made: tuple[Scenario, ...]) -> Scenario:
    if made[0].case:
        raise Problem("scenario.has_cases", count=len(made))
    return made[0]


def read_text(path: Path) -> str:
    """The text of a scenario file. Raises Problem: it cannot be read."""
    try:
        with path.open(encoding="utf-8-sig") as file:
            return file.read(LARGEST + 1)
    except (OSError, UnicodeDecodeError) as error:
        if isinstance(error, UnicodeDecodeError):
            raise Problem("scenario.not_text", path=str(path)) from error
        reason = reason_of(error)
        raise Problem("scenario.unreadable", path=str(path), reason=reason) from error


def table_of(text: str, source: str) -> dict[str, Any]:
    """The table of a text written by this program. Raises ScenarioProblem: it is not one."""
    too_much = check_text(text)
    if too_much is not None:
        raise ScenarioProblem(source, *too_much)
    try:
        return tomllib.loads(text)
    except (ValueError, RecursionError) as error:
        if isinstance(error, ValueError) and not isinstance(error, tomllib.TOMLDecodeError):
            raise ScenarioProblem(source, *long_number(text)) from error
        broken = error if isinstance(error, tomllib.TOMLDecodeError) else tomllib.TOMLDecodeError()
        raise ScenarioProblem(source, *explain_syntax(broken, text)) from error


def parse(
    text: str,
    source: str = "scenario",
    given: Given = NOTHING_GIVEN,
    folder: Path | None = None,
) -> Scenario:
    """Read a scenario's text; as `load`.

    `folder`: what relative file names refer to; None: the working directory, and any file is
    allowed.
    """
    return _only(parse_cases(text, source, given, folder))


def parse_cases(
    text: str,
    source: str = "scenario",
    given: Given = NOTHING_GIVEN,
    folder: Path | None = None,
) -> tuple[Scenario, ...]:
    """Read a scenario's text for each of its cases; as `load_cases`."""
    table = table_of(text, source)
    asked = Asked(given.permissions, given.environment, folder)
    try:
        check_numbers(table)
        made = tuple(_scenarios(table, given, asked))
        for each in made:  # in a file: a caller that asks step by step may begin it later
            named = {item.name: item for item in each.endpoints}
            check_started(named, each.steps)
            never_logged.check(table, named)
    except v.Wrong as wrong:
        _check_asked(asked, text, source)  # the part that was not read may be what is missing
        lines = locate(text)
        reason = refused_word(table, wrong.path) or wrong.problem
        reason = late_number(table, wrong.path, reason) or reason
        problem = misplaced.above(reason, wrong.path, k.TOP, text, lines)
        problem = masked_problem(problem, Masker(asked.secrets))
        raise ScenarioProblem(source, line_of(lines, wrong.path), problem) from wrong
    _check_asked(asked, text, source)
    warnings = tuple(_warnings(table, made[0], text, source))
    return tuple(replace(each, warnings=warnings) for each in made) if warnings else made


def _warnings(
    table: dict[str, Any], made: Scenario, text: str, source: str
) -> Iterator[ScenarioProblem]:
    lines: dict[KeyPath, int] | None = None
    names, values = made.names, made.values
    rounds = is_counted(table, values, taken_names(table))
    found = unknown_words(table, names, values, rounds=rounds) if names else unfilled_words(table)
    for path, problem in (*found, *quoted_words(table, names), *doubts(table)):
        lines = locate(text) if lines is None else lines
        yield ScenarioProblem(source, line_of(lines, path), problem)


def _check_asked(asked: Asked, text: str, source: str) -> None:
    """Raises NotAllowed."""
    if asked.refused:
        lines = locate(text)
        raise NotAllowed(source, [(line_of(lines, wish.path), wish) for wish in asked.refused])


def read(table: dict[str, Any], given: Given = NOTHING_GIVEN) -> Scenario:
    """Read what a file would hold, where there is none.

    Raises:
        Problem: what is wrong in it, with the nearest name.
    """
    asked = Asked(given.permissions, given.environment, None)
    try:
        check_numbers(table)
        made = _only(tuple(_scenarios(table, given, asked)))
    except v.Wrong as wrong:
        raise masked_problem(wrong.problem, Masker(asked.secrets)) from wrong
    for wish in asked.refused:
        raise wish.refusal
    return made


class _File(NamedTuple):
    """The names that steps of one file may use."""

    endpoints: dict[str, s.EndpointSettings]
    reading: EndpointReading
    defaults: Mapping[str, Any]
    programs: Collection[str]

    @property
    def named(self) -> Named:
        return self.reading.named

    @property
    def asked(self) -> Asked:
        return self.reading.asked


def _scenarios(table: dict[str, Any], given: Given, asked: Asked) -> Iterator[Scenario]:
    misplaced.check(table)
    misplaced.check_endpoints(table, k.TOP)
    v.known(table, k.TOP, ())
    for case in cases_of(table, asked):
        try:
            yield _scenario(table, given, asked, case)
        except v.Wrong as wrong:
            if not case.name:
                raise
            problem = Problem("scenario.in_case", case=case.name, reason=wrong.problem)
            raise v.Wrong(wrong.path, problem) from wrong


def _scenario(table: dict[str, Any], given: Given, asked: Asked, case: Case = ALONE) -> Scenario:
    number = v.typed(table, "format", int, (), FORMAT)
    if number > FORMAT:
        raise v.wrong(("format",), "scenario.newer", format=number, known=FORMAT)
    named = Named(table, given, asked, case)
    if named.counts_rounds or not named.on:
        for path in rounds_outside(table, named.names):
            raise v.wrong(path, "scenario.round_outside", name=ROUND_GAP)
    addressed = dict(_addressed(table, named))
    table = {
        key: named.filled(part, "", (key,)) if key in {"endpoint", "step", "loop"} else part
        for key, part in table.items()
    }
    reading = EndpointReading(named, asked, {})
    endpoints, ignoring = _endpoints(table, reading)
    defaults = v.typed(table, "defaults", dict, (), {})
    v.known(defaults, k.DEFAULTS, ("defaults",))
    titles = {
        code: _titled(v.typed(table, key, str, ()), case)
        for code, key in k.TITLES.items()
        if key in table
    }
    file = _File(dict(endpoints), reading, defaults, set(_programs(table)))
    steps = _steps(table, (), file)
    return Scenario(
        title=_titled(v.typed(table, "title", str, (), ""), case),
        endpoints=tuple(endpoints.values()),
        steps=steps,
        titles=titles,
        capture=v.capture(table, "capture", ()),
        values=named.values,
        names=named.names,
        on_failure=_on_failure(table, ()) or OnFailure.STOP,
        ignored=ignoring,
        secrets=named.secrets,
        case=case.name,
        passwords=reading.passwords,
        addressed=addressed,
        tabs=_tabs(table, endpoints, asked),
        reaches=tuple(asked.granted),
    )


def _endpoints(
    table: dict[str, Any], reading: EndpointReading
) -> tuple[dict[str, s.EndpointSettings], dict[str, tuple[Expect, ...]]]:
    """The settings of each endpoint of the file by its name, with links checked, and what it
    ignores.
    """
    found: dict[str, s.EndpointSettings] = {}
    ignoring: dict[str, tuple[Expect, ...]] = {}
    said = v.typed(table, "endpoint", dict, (), {})
    for name, one in said.items():
        path = ("endpoint", name)
        if not _NAME.match(name):
            raise v.wrong(path, "scenario.bad_name", name=name)
        body = as_table(one) if isinstance(one, str) else one
        misplaced.check_named(name, one, path)
        if not isinstance(body, dict):
            raise v.not_wanted(path, f"endpoint.{name}", body, "table", "text")
        plain = {key: item for key, item in body.items() if key != ignored.KEY}
        found[name] = endpoint(name, plain, path, reading)
        if ignored.KEY in body:
            ignoring[name] = ignored.ignored(body, found[name], path, reading.named)
        reading.asked.address(found[name], Purpose.CONNECT, (*path, "address"))
    for name, settings in found.items():
        if "family" not in said[name]:
            found[name] = reached_by_path(settings, found)
    for name, settings in found.items():
        _check_links(settings, found, ("endpoint", name))
    return found, ignoring


def _tabs(
    table: dict[str, Any], endpoints: Collection[str], asked: Asked
) -> dict[str, Mapping[str, Any]]:
    """What the tabs of a window are filled in with; a run ignores it."""
    found: dict[str, Mapping[str, Any]] = {}
    for name, body in v.typed(table, "tab", dict, (), {}).items():
        path = ("tab", name)
        if name not in endpoints:
            raise v.unknown(path, name, endpoints, "scenario.unknown_endpoint")
        if not isinstance(body, dict):
            raise v.not_wanted(path, f"tab.{name}", body, "table")
        v.known(body, k.TAB, path)
        said = {key: k.TAB[key](body, key, path) for key in body}
        if said.get("form") == "file" and said.get("typed"):
            said["typed"] = asked.file(said["typed"], (*path, "typed"))
        found[name] = said
    return found


def _addressed(table: dict[str, Any], named: Named) -> Iterator[tuple[str, str]]:
    """The addresses of endpoints that contain values, as they are written."""
    for name, body in v.typed(table, "endpoint", dict, (), {}).items():
        said = body.get("address") if isinstance(body, dict) else body
        if isinstance(said, str) and named.filled(said, "address") != said:
            yield name, said


def _titled(title: str, case: Case) -> str:
    """The scenario with the case in the title of its run."""
    return f"{title} [{case.name}]".strip() if case.name else title


def _on_failure(body: dict[str, Any], path: KeyPath) -> OnFailure | None:
    if "on_failure" not in body:
        return None
    found: OnFailure = k.ON_FAILURE["on_failure"](body, "on_failure", path)
    return found


def _check_links(
    settings: s.EndpointSettings, endpoints: Mapping[str, object], path: KeyPath
) -> None:
    for key in ("address", "bind"):
        spec = getattr(settings, key)
        if not spec or not spec.startswith("@"):
            continue
        if spec[1:] == settings.name:
            raise v.wrong((*path, key), "scenario.link_to_itself", name=settings.name)
        if spec[1:] not in endpoints:
            raise v.unknown((*path, key), spec[1:], endpoints, "scenario.unknown_endpoint")


# -- steps ------------------------------------------------------------------------------------


def _steps(table: dict[str, Any], path: KeyPath, file: _File) -> tuple[Step, ...]:
    """The steps in the order of the file, then the loops."""
    return tuple(
        _loop(body, where, file)
        if key == "loop" or body.get("do") == "loop"
        else _step(body, where, file)
        for key in ("step", "loop")
        for where, body in _tables(table, key, path)
    )


def _tables(
    table: dict[str, Any], key: str, path: KeyPath
) -> Iterator[tuple[KeyPath, dict[str, Any]]]:
    for index, body in enumerate(v.typed(table, key, list, path, [])):
        where = (*path, key, index)
        if not isinstance(body, dict):
            raise v.no_table(where, key, body)
        yield where, body


def _loop(body: dict[str, Any], path: KeyPath, file: _File) -> Loop:
    v.known(body, ("do", *k.LOOP), path)
    until = _until(body, path, file) if "until" in body else None
    times = v.positive(body, "times", path) if "times" in body else FOR_GOOD if until else 1
    pause = v.seconds(body, "pause", path) if "pause" in body else 0.0
    renumber = v.typed(body, "renumber", bool, path, False)
    must = v.typed(body, "must", bool, path, False)
    if must and until is None:
        raise v.wrong((*path, "must"), "scenario.must_what")
    steps = _steps(body, path, file)
    return Loop(steps, times, pause, until, renumber, must, _on_failure(body, path))


def _until(body: dict[str, Any], path: KeyPath, file: _File) -> Expect:
    """The condition as an expectation, except that its endpoint may be ANY, and is if none is
    named.
    """
    where = (*path, "until")
    given = v.typed(body, "until", dict, path)
    for key in k.NOT_IN_UNTIL:
        if key in given:
            raise v.wrong((*where, key), "scenario.not_in_until", key=key)
    table = {"do": "expect", "within": 0, "endpoint": ANY, **given}
    made = _expect(table, where, file, also=ANY)
    if made.looks and made.endpoint == ANY:
        raise v.wrong(where, "scenario.missing", key="endpoint")
    return made


def _step(body: dict[str, Any], path: KeyPath, file: _File) -> Step:
    do = v.choice(body, "do", k.DO, path)
    if do == "wait":
        v.known(body, ("do", *k.WAIT), path)
        return Wait(v.seconds(body, "seconds", path), _on_failure(body, path))
    if do == "stay":
        v.known(body, ("do", *k.STAY), path)
        seconds = v.seconds(body, "seconds", path) if "seconds" in body else None
        return Stay(seconds, _on_failure(body, path))
    if do == "run":
        return _run(body, path, file)
    if do == "expect":
        return _expect(body, path, file)
    if do == "configure":
        return _configure(body, path, file)
    return _perform(COMMANDS[do], body, path, file)


def _run(body: dict[str, Any], path: KeyPath, file: _File) -> RunProgram | StopProgram:
    v.known(body, ("do", *k.RUN), path)
    if "stop" in body:
        for key in body:
            if key not in {"do", "stop", "on_failure"}:
                raise v.wrong((*path, key), "scenario.run_stop_alone", key=key)
        name = v.typed(body, "stop", str, path)
        if name not in file.programs:
            raise v.unknown((*path, "stop"), name, file.programs, "scenario.run_unknown")
        return StopProgram(name, _on_failure(body, path))
    if "command" not in body:
        raise v.wrong(path, "scenario.missing", key="command")
    values = {key: k.RUN[key](body, key, path) for key in body if key != "do"}
    made = RunProgram(**values, folder=file.asked.folder)
    words = file.named.filled(list(made.command), "command", (*path, "command"))
    given = file.named.filled(made.input, "input", (*path, "input"))
    asked = replace(made, command=tuple(words), input=given)
    file.asked.may(Reach.COMMAND, asked.line, (*path, "command"))  # as far as it is known
    return made


def _programs(item: Any) -> Iterator[str]:
    """The names that steps give to what they run."""
    if isinstance(item, list):
        for part in item:
            yield from _programs(part)
    if isinstance(item, dict):
        if item.get("do") == "run" and isinstance(item.get("name"), str):
            yield item["name"]
        for key in ("step", "loop"):
            yield from _programs(item.get(key))


def _target(body: dict[str, Any], path: KeyPath, endpoints: Mapping[str, object]) -> str:
    if "endpoint" not in body:
        if len(endpoints) == 1:
            return next(iter(endpoints))
        there = ", ".join(name for name in endpoints if name != ANY)
        raise v.wrong(
            path, "scenario.which_endpoint" if there else "scenario.none_at_all", there=there
        )
    name = v.typed(body, "endpoint", str, path)
    if name not in endpoints:
        raise v.unknown((*path, "endpoint"), name, endpoints, "scenario.unknown_endpoint")
    return str(name)


def _configure(body: dict[str, Any], path: KeyPath, file: _File) -> Perform:
    endpoints = file.endpoints
    name = _target(body, path, endpoints)
    changes = {key: value for key, value in body.items() if key not in {"do", "endpoint"}}
    before = endpoints[name]
    if "role" in changes:
        role = s.Role(k.ENDPOINT["role"](changes, "role", path))
        if not s.fits(role, before.type):
            before = replace(before, role=role, type="")  # for the new role, its usual type
    settings = with_keys(partial(replace, before), changes, path, file.reading, before)
    _check_links(settings, endpoints, path)
    endpoints[name] = settings
    file.asked.address(settings, Purpose.CONNECT, (*path, "address"))
    return Perform(c.Configure(name, settings))


def _perform(kind: type[c.Command], body: dict[str, Any], path: KeyPath, file: _File) -> Perform:
    keys = [item.name for item in fields(kind)]
    v.known(body, ("do", *k.step_keys(body["do"])), path)
    values: dict[str, Any] = {}
    if kind is not c.Mark or "endpoint" in body:
        values["endpoint"] = _target(body, path, file.endpoints)
    for key in body:
        if key not in {"do", "endpoint"} and key in keys:
            values[key] = k.STEP[key](body, key, path)
    json = None
    if "json" in body:
        json, values["text"] = _sent_json(body, values, path, file)
    _ask(kind, values, path, file)
    error = error_name(body, "error", path) if "error" in body else None
    wait = v.typed(body, "wait", bool, path, True)
    if values.get("repeat") == 0 and wait:
        raise v.wrong((*path, "repeat"), "scenario.repeat_waits")
    if error is None:  # what is meant to fail may be anything
        _check_step(kind, values, path, file)
    for item in fields(kind):
        if item.default is MISSING and item.name not in values:
            raise v.wrong(path, "scenario.missing", key=item.name)
    until = v.seconds(body, "until_open", path) if "until_open" in body else 0.0
    if until and not wait:
        raise v.wrong((*path, "until_open"), "scenario.until_open_waits")
    return Perform(kind(**values), error, wait, until, json, _on_failure(body, path))


def _sent_json(
    body: dict[str, Any], values: Mapping[str, Any], path: KeyPath, file: _File
) -> tuple[Any, str]:
    """A step with what it sends as JSON, and its text while its gaps are not filled in."""
    other = next((key for key in ("text", "hex", "file") if key in values), None)
    if other is not None:
        raise v.wrong((*path, "json"), "scenario.one_of", keys=f"json, {other}")
    json = expect_keys.json_of(body, "json", path)
    expect_keys.check_json_text(json, file.named.names, (*path, "json"))
    return json, json if isinstance(json, str) else written(json)


def _ask(kind: type[c.Command], values: dict[str, Any], path: KeyPath, file: _File) -> None:
    """Note what a step asks for; a file that it names is relative to the scenario."""
    if kind in {c.Send, c.SendFrame, c.Raw} and "file" in values:
        where = (*path, "file")
        if file.named.waits(values["file"]):
            raise v.wrong(where, "scenario.late_file", file=values["file"])
        values["file"] = file.asked.file(values["file"], where)
    if kind is c.Respond and "responder" in values:
        where = (*path, "responder")
        values["responder"] = with_files(values["responder"], where, file.asked)
    if kind is c.Start:
        file.asked.address(file.endpoints[values["endpoint"]], Purpose.START, path)
    args = values.get("args") or ()
    if kind is c.Call and values.get("call") == "bind" and args:
        family = file.endpoints[values["endpoint"]].family
        file.asked.sockaddr(args[0], repr(args[0]), family, (*path, "args"))


def _check_step(
    kind: type[c.Command],
    values: Mapping[str, Any],
    path: KeyPath,
    file: _File,
) -> None:
    """Check a step as far as possible before anything starts."""
    endpoints, names = file.endpoints, file.named.names
    if values.get("wrap"):
        v.check(partial(check_wrap, endpoints[values["endpoint"]].messages), (*path, "wrap"))
    if kind is c.Respond and "responder" in values and values["responder"].wraps():
        messages = endpoints[values["endpoint"]].messages
        v.check(partial(check_wrap, messages), (*path, "responder"))
    if kind is c.Call and values.get("call", "bind") not in CALLS:
        raise v.unknown((*path, "call"), values["call"], CALLS, "scenario.unknown_value")
    if kind is c.SetOption and {"option", "value"} <= values.keys():
        v.check(
            lambda: options.encode(options.find(values["option"]), values["value"]),
            (*path, "value"),
        )
    if kind is not c.Send:
        if values.get("endpoint") in endpoints:
            layer_steps.check(kind, values, endpoints[values["endpoint"]].encoding, names, path)
        return
    if sum(key in values for key in ("text", "hex", "file")) != 1:
        raise v.wrong(path, "scenario.one_payload")
    default = endpoints[values["endpoint"]].encoding
    used = values.get("encoding") or default
    v.payload(values, default, path, lambda text: hex_template(text, names, used))
    if "append_hex" in values:
        v.check(partial(hex_template, values["append_hex"], names, used), (*path, "append_hex"))
    type_ = endpoints[values["endpoint"]].type
    if "pieces" in values and type_ != "SOCK_STREAM":
        raise v.wrong((*path, "pieces"), "engine.pieces_no_stream", type=type_)
    to = values.get("to")
    if isinstance(to, str) and to.startswith("@") and to[1:] not in endpoints:
        raise v.unknown((*path, "to"), to[1:], endpoints, "scenario.unknown_endpoint")


def _expect(body: dict[str, Any], path: KeyPath, file: _File, also: str | None = None) -> Expect:
    v.known(body, ("do", *k.EXPECT), path)
    if expect_keys.PROGRAM in body:
        expect_keys.check_program(body, file.programs, path, until=also is not None)
    body = {**file.defaults, **body}
    readings.check(body, path)
    endpoints: Mapping[str, s.EndpointSettings | None] = file.endpoints
    if also is not None:
        endpoints = {**endpoints, also: None}
    values: dict[str, Any] = {"endpoint": _target(body, path, endpoints)}
    for key in body:
        if key not in {"do", "endpoint"}:
            values[key] = k.EXPECT[key](body, key, path)
    moved_symbol(values, path)
    wanted = [key for key in expect_keys.BYTES_KEYS if key in values]
    if len(wanted) > 1:
        raise v.wrong((*path, wanted[1]), "scenario.one_of", keys=", ".join(wanted))
    owner = endpoints.get(values["endpoint"])
    readings.check_socket(values, owner, path)
    check_row(values, path)
    expect_keys.check(values, owner, path)
    values |= expect_keys.within(body, values, path)
    encoding = owner.encoding if owner is not None else "utf-8"
    names = file.named.names
    expect_keys.check_json_text(values.get("json"), names, (*path, "json"))
    v.payload(values, encoding, path, lambda text: compile_hex(text, names=names))
    return Expect(**values)
