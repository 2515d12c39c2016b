"""Values of a scenario: `[values]`, those given from outside, and where they are filled in.

The strings of endpoints, and those of steps other than payloads, are filled in before anything
starts; a payload is filled in when its step begins, since it may contain what was taken until then.
"""

from __future__ import annotations

import base64
import os
import re
from collections.abc import Collection, Mapping
from dataclasses import field, replace
from typing import Any, Final

from workbench.engine.model.responders.rule import AS_HEX
from workbench.frozen import dataclass
from workbench.payload.hex_patterns import taken_by_hex
from workbench.payload.notation import Allowance
from workbench.payload.templates import (
    OF_VALUE,
    PLACEHOLDERS,
    WITH_ARGUMENT,
    Value,
    text_template,
)
from workbench.scenario import values as v
from workbench.scenario.cases import ALONE, Case
from workbench.scenario.known_by_rule import SAID, kept_by, taken_by
from workbench.scenario.locate import Path as KeyPath
from workbench.scenario.permissions import UNSAID, Asked, Permissions, Reach, Wish
from workbench.scenario.rounds import ROUND, is_counted
from workbench.texts import Problem

PAYLOAD: Final = frozenset(
    {
        "text",
        "hex",
        "append_hex",
        "command",
        "input",
        "contains",
        "regex",
        "json",
        "take",
        "reason",
        "header",
    }
)  # fmt: skip
"""Keys of a step that are filled in when it begins."""
LEFT_ALONE: Final = frozenset({"do", "endpoint", "title", "name", "role", "kind", "match", "then"})
"""Keys whose words are no text."""
REMEMBERED: Final = frozenset({"keep", "store", "recall"})
"""Tables of a rule whose keys are any names; those that it stores under are texts as well."""
MADE_ONCE: Final = frozenset(PLACEHOLDERS) - {"counter", "ntp", "random_bytes"}
"""Names that a value may be made of: what is text, and no number of a send."""
_BYTES: Final = ("ntp", "random_bytes")
"""What is no text, which a value is."""
_HEX: Final = frozenset({"reply_hex", "append_hex", "greet_hex"})
_REGEX: Final = "regex"
"""The forms in which a value is written differently than in text: as digits, and quoted."""
_GAP: Final = re.compile(r"\{([A-Za-z_]\w*)\}", re.ASCII)
_COUNTED: Final = re.compile(r"\{\w+(?:[-+*]\w+)+\}", re.ASCII)
_QUOTED: Final = re.compile(r'("[^"]*")')
_GROUP: Final = re.compile(r"\(\?P<([A-Za-z_]\w*)>", re.ASCII)


@dataclass(frozen=True, slots=True)
class Given:
    """The values and permissions that whoever begins a scenario gives it.

    Attributes:
        values: they take the place of those of the file.
        environment: names of variables that the file may read.
        permissions: what else it may reach.
    """

    values: Mapping[str, v.Plain] = field(default_factory=dict)
    environment: Collection[str] = ()
    permissions: Permissions = UNSAID

    def granting(self, wishes: Collection[Wish]) -> Given:
        """The same with everything granted that is wished for."""
        what = {wish.what for wish in wishes if wish.reach is Reach.ENVIRONMENT}
        reach = {wish.reach for wish in wishes}
        mine = self.permissions
        granted = Permissions(
            mine.any_file or Reach.FILE in reach,
            mine.allow_run or Reach.COMMAND in reach,
            mine.beyond_loopback or Reach.BEYOND in reach,
        )
        return replace(self, environment={*self.environment, *what}, permissions=granted)


NOTHING_GIVEN: Final = Given()


class Named:
    """The values of one file while it is read.

    Attributes:
        on: placeholders are filled in at all.
        values: the values by their names.
        names: everything that a gap may name: values, what steps take, addresses of endpoints.
        ends: the names for endpoints' addresses.
        secrets: the variable of each masked value, by the value's name.
        counts_rounds: {round} is the number of a round, not a value of the file.
    """

    def __init__(self, table: v.Table, given: Given, asked: Asked, case: Case = ALONE) -> None:
        """Raises Wrong: an impossible name, a value of another type, a variable that cannot be
        read.
        """
        body = v.typed(table, "values", dict, (), {})
        self.on = bool(body or case.values) or v.typed(table, "placeholders", bool, (), False)
        self.on = self.on or takes(table)
        self.values: dict[str, v.Plain] = {}
        self._allowance = Allowance()
        self._kept: frozenset[str] = frozenset()
        self.secrets: dict[str, str] = {}
        for name, value in case.values.items():
            v.check_name(name, ("case",))
            self.values[name] = value
        for name, value in body.items():
            self._read(name, value, given, case, asked)
        _check_given(given, {*body, *case.values})
        taken = taken_names(table) if self.on else set[str]()
        ends = end_names(table)
        self.ends = ends if self.on else frozenset[str]()
        asked.secrets += [str(self.values[name]) for name in self.secrets if name in self.values]
        unread = body.keys() - self.values.keys()
        self.counts_rounds = self.on and is_counted(table, self.values, taken)
        rounds = {ROUND} if self.counts_rounds else set[str]()
        self.later = frozenset(taken | ends | unread | rounds) if self.on else frozenset[str]()
        self.names = frozenset(self.later | self.values.keys()) if self.on else frozenset[str]()

    def _read(self, name: str, value: Any, given: Given, case: Case, asked: Asked) -> None:
        """Read one of the file's values; that of the case, or a given one, replaces it."""
        path = ("values", name)
        v.check_name(name, path)
        if isinstance(value, dict) and v.typed(value, "secret", bool, path, False):
            self.secrets[name] = str(v.typed(value, "env", str, path, name.upper()))
        if name in case.values:
            self.values[name] = _as_number(case.values[name], value)
            return
        if name in given.values:
            found: v.Plain | None = _as_number(given.values[name], value)
        else:
            found = _plain(name, value, path, asked)
        if found is None:
            return
        if isinstance(found, str):
            try:
                found = self._text(found, isinstance(value, str) and name not in given.values)
            except Problem as problem:
                raise v.Wrong(path, problem) from problem
        self.values[name] = found

    def filled(self, item: Any, key: str = "", path: KeyPath = ()) -> Any:
        """A table, list or string with the values known by now filled in. Raises Wrong."""
        if not self.on or key in LEFT_ALONE:
            return item
        if isinstance(item, dict):
            own = PAYLOAD if _is_step(path) else frozenset[str]()
            item = self._with_built_in(item, path)
            if key in REMEMBERED:
                return {
                    str(self._said(name, "")) if key == "store" else name: self.filled(
                        part, "", (*path, name)
                    )
                    for name, part in item.items()
                }
            return {
                name: part if name in own else self._part(item, name, key, path)
                for name, part in item.items()
            }
        if isinstance(item, list):
            return [self.filled(part, key, (*path, at)) for at, part in enumerate(item)]
        if not isinstance(item, str):
            return item
        try:
            return self._said(item, key)
        except Problem as problem:
            raise v.Wrong(path, problem) from problem

    def _part(self, item: v.Table, name: str, key: str, path: KeyPath) -> Any:
        """What is under one key of a table. In a rule, what it takes itself, and what is kept,
        takes precedence over a value of the file of the same name.
        """
        values, kept = self.values, self._kept
        if key == "responder":
            self._kept = kept_by(item)
        in_rule = "responder" in path and (path[-2:-1] == ("rules",) or key == "else")
        if (in_rule and name in SAID) or (key == "responder" and name == "keep"):
            own = {*self._kept, *(taken_by(item) if in_rule else ())}
            self.values = {each: value for each, value in values.items() if each not in own}
        try:
            return self.filled(item[name], _form(item, name), (*path, name))
        finally:
            self.values, self._kept = values, kept

    def _said(self, item: str, form: str) -> str:
        if form in _HEX:
            return self._hex(item)
        if form == _REGEX:
            return _GAP.sub(self._quoted, item)
        alone = _GAP.fullmatch(item)
        if alone is not None and alone[1] in self.values:
            return v.Filled(self.values[alone[1]])  # the value itself, not a copy
        made = self._text(item)
        return v.Filled(made) if _COUNTED.fullmatch(item) and made != item else made

    def _quoted(self, gap: re.Match[str]) -> str:
        made = re.escape(str(self.values[gap[1]])) if gap[1] in self.values else gap[0]
        self._allowance.take(len(made))
        return made

    def _with_built_in(self, item: v.Table, path: KeyPath) -> v.Table:
        """A rule or responder whose text names something built in, or an endpoint: it is filled in
        when the text is sent.
        """
        said = item.get(_said_by_itself(path, item))
        texts = [said, *_said_in_turn(item.get("in_turn"))]
        if "placeholders" in item or not any(map(self._has_built_in, texts)):
            return item
        return {**item, "placeholders": True}

    def _has_built_in(self, said: object) -> bool:
        try:
            return isinstance(said, str) and (
                text_template(said, {*PLACEHOLDERS, *self.ends}, "utf-8").fixed != said.encode()
            )
        except Problem:  # reported where it is read
            return False

    def waits(self, text: str) -> bool:
        """Whether a string names something that is only known later."""
        return bool(self.later) and bool(text_template(text, self.later, "utf-8").names)

    def _text(self, source: str, own: bool = False) -> str:
        """Fill in a text; `own`: a value that the file itself gives may be made when it is read,
        once for a run.
        """
        names = {*self.values, *((*MADE_ONCE, *_BYTES) if own else OF_VALUE)}
        if own and text_template(source, _BYTES, "utf-8").fixed is None:
            raise Problem("scenario.value_of_bytes")
        made = text_template(source, names, "utf-8").fill(known(self.values)).decode()
        self._allowance.take(len(made))
        return made

    def _hex(self, source: str) -> str:
        """Fill in hex: gaps as pairs of digits, names in calculations as numbers; in quotes
        everything is text.
        """
        parts = _QUOTED.split(source)
        return "".join(part if at % 2 else self._digits(part) for at, part in enumerate(parts))

    def _digits(self, source: str) -> str:
        for name, value in self.values.items():
            data = str(value).encode()
            made = {name: data, f"len:{name}": str(len(data)).encode()}
            made[f"base64:{name}"] = base64.b64encode(data)
            for word, filled in made.items():
                gap = "{" + word + "}"
                self._allowance.take(source.count(gap) * len(filled))
                source = source.replace(gap, filled.hex())
            for word, number in ((name, str(value)), (f"len:{name}", str(len(data)))):
                # not re.sub: in what it fills in, a backslash of the value would have a meaning
                source = number.join(re.split(rf"(?<=[(*+-]){word}(?=[)*+-])", source))
        return source


def _check_given(given: Given, names: Collection[str]) -> None:
    """Raises Wrong: a given value is none of those that the file and its case have."""
    for name in given.values:
        if not names:
            raise v.wrong(("values",), "scenario.given_to_none", name=name)
        if name not in names:
            raise v.unknown(("values",), name, {*names}, "scenario.unknown_given")


def _as_number(given: v.Plain, own: object) -> v.Plain:
    """What is given in place of a number in the file, as a number if it is written as one: in JSON
    the two are not the same.
    """
    if not isinstance(given, str) or isinstance(own, bool) or not isinstance(own, int | float):
        return given
    number = v.numeric(v.Filled(given))
    return number if isinstance(number, int | float) and str(number) == given else given


def _is_step(path: KeyPath) -> bool:
    """Whether a table is a step, or what ends a loop: these are filled in when they begin."""
    return path[-1:] == ("until",) or path[-2:-1] == ("step",)


def _said_in_turn(answers: object) -> list[object]:
    """The texts that a rule answers in turn."""
    if not isinstance(answers, list):
        return []
    return [item.get("reply") if isinstance(item, dict) else item for item in answers]


def _said_by_itself(path: KeyPath, item: v.Table) -> str:
    """The key of the text that an endpoint sends by itself; "": the table has none."""
    if path[-2:-1] == ("rules",) or path[-1:] == ("else",):
        return "reply"
    if path[-1:] == ("responder",):
        return {"greet": "text", "rules": "greet"}.get(str(item.get("kind")), "")
    return ""


def _form(table: v.Table, name: str) -> str:
    """How values are written in a key: the value of a rule depends on its `match`."""
    match = table.get("match") if name == "value" else name
    return "reply_hex" if str(match) in AS_HEX else {"regex": _REGEX}.get(str(match), name)


def end_names(table: v.Table) -> frozenset[str]:
    """The names for the addresses of a file's endpoints."""
    names = table.get("endpoint")
    if not isinstance(names, dict):  # the reader of endpoints refuses it
        return frozenset()
    return frozenset(f"{name}.{part}" for name in names for part in ("port", "address"))


def known(values: Mapping[str, v.Plain]) -> dict[str, Value]:
    """The values in the form that templates take."""
    return {
        name: Value(str(value).encode(), literal=not isinstance(value, str))
        for name, value in values.items()
    }


def _plain(name: str, value: Any, path: KeyPath, asked: Asked) -> v.Plain | None:
    """The value; None: it comes from a variable that may not be read."""
    if isinstance(value, dict):
        v.known(value, ("env", "secret"), path)
        if "env" not in value and value.get("secret") is True:
            raise v.wrong(path, "scenario.secret_without_value", name=name)
        return of_environment(str(v.typed(value, "env", str, path)), (*path, "env"), asked)
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise v.not_wanted(path, name, value, "text", "number")
    return value


def of_environment(name: str, path: KeyPath, asked: Asked) -> str | None:
    """The text of a variable; None: it may not be read. Raises Wrong: there is none."""
    if not asked.may(Reach.ENVIRONMENT, name, path):
        return None
    if name not in os.environ:
        raise v.wrong(path, "scenario.env_missing", name=name)
    return os.environ[name]


def takes(item: Any) -> bool:
    """Whether a step takes something: otherwise there is nothing to fill in."""
    if isinstance(item, dict):
        return "take" in item or any(takes(item.get(key)) for key in ("step", "loop"))
    return isinstance(item, list) and any(map(takes, item))


def taken_names(item: Any) -> set[str]:
    """The names that patterns of steps take."""
    if isinstance(item, dict):
        found: set[str] = set()
        for key, part in item.items():
            if key == "regex" and isinstance(part, str):
                found.update(_GROUP.findall(part))
            elif key == "hex" and isinstance(part, str):
                found.update(name for name in taken_by_hex(part) if name not in WITH_ARGUMENT)
            elif key == "take" and isinstance(part, dict):
                found.update(part)
            elif key in {"step", "loop"}:
                found |= taken_names(part)
        return found
    if isinstance(item, list):
        return set().union(*map(taken_names, item))
    return set()
