"""Warns of words in braces that name no value, with the nearest name.

That is not an error, since a brace may be meant literally.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator
from typing import Any, Final

from workbench.engine.model.responders.rule import AS_HEX
from workbench.payload.templates import BUILT_IN, OF_VALUE, WITH_ARGUMENT, text_template
from workbench.payload.unknown_gaps import (
    UnknownGap,
    gaps_in_place,
    quoted_gaps,
    unfilled_gaps,
    unknown_gaps,
)
from workbench.scenario.known_by_rule import KnownByRule, groups_of, known_by_rule
from workbench.scenario.locate import Path as KeyPath
from workbench.scenario.named_values import (
    LEFT_ALONE,
    PAYLOAD,
    REMEMBERED,
    end_names,
    taken_names,
    takes,
)
from workbench.scenario.rounds import ROUND, ROUND_GAP, in_loop
from workbench.texts import Problem

_HEX: Final = frozenset({"hex", "append_hex", "reply_hex", "greet_hex", "ends_hex"})
"""Keys in which an unknown word is an error already."""
_AT_ITS_STEP: Final = frozenset({"address", "bind", "proxy", "websocket"})
"""Keys of an endpoint that are filled in when a step opens it."""
_FILLED_IN: Final = (PAYLOAD | {"to"}) - {"take"}
"""Keys of a step in which {round} stands for something."""
_ROUND_IN_HEX: Final = re.compile(rf'\{{{ROUND}\}}|\([^)"]*\b{ROUND}\b', re.ASCII)
_NUMBER: Final = re.compile(r"\{([A-Za-z_][\w.-]*?)(?:[+*-]\w+)*\}", re.ASCII)
_TAKING: Final = frozenset({"take", "keep", "recall"})
"""Tables whose keys are names of values."""


def unknown_words(
    table: dict[str, Any], names: Collection[str], values: Collection[str], *, rounds: bool
) -> Iterator[tuple[KeyPath, Problem]]:
    """Where a file has such words, and the nearest names; `names`: those of its `values`, and what
    steps take.

    `rounds`: {round} is the number of a round, which what an endpoint sends by itself does not
    have.
    """
    known = {*names, *BUILT_IN}
    ends = end_names(table)
    for key in ("endpoint", "step", "loop"):
        groups = set(_groups(table.get(key)))
        for path, text in _strings(table.get(key), (key,)):
            asked = key == "endpoint" and rounds and not _AT_ITS_STEP & {*path[2:]}
            own = groups | (known - {ROUND} if asked else known)
            here = known_by_rule(table, path)
            if here is not None and here.always:
                continue
            if here is not None:
                made = {*BUILT_IN, *ends} if here.said else set()
                own = {*here.names, *values, *(own & made)}
            for gap in unknown_gaps(text, own):
                outside = asked and gap.word == ROUND
                elsewhere = gap.word in groups | known
                yield path, _unknown(gap, names, outside=outside, elsewhere=elsewhere)
            if _is_expected(table, path):
                yield from ((path, problem) for problem in _made_elsewhere(text, path, names))


def _unknown(gap: UnknownGap, names: Collection[str], *, outside: bool, elsewhere: bool) -> Problem:
    """The warning about a word that names nothing here.

    Args:
        gap: where it is, and the name it resembles.
        names: those to offer if it resembles none.
        outside: it is the number of a round where there is no round.
        elsewhere: it is known in another place of the file.
    """
    if outside:
        return Problem("scenario.round_outside", name=ROUND_GAP)
    if elsewhere:
        return Problem("scenario.unknown_here", name=f"{{{gap.word}}}")
    shown = (gap.near,) if gap.near else sorted(names)
    near = ", ".join(f"{{{name}}}" for name in shown)
    return Problem("scenario.unknown_word", name=f"{{{gap.word}}}", near=near)


def rounds_outside(table: dict[str, Any], names: Collection[str]) -> Iterator[KeyPath]:
    """Where steps name the number of a round without being in one.

    `names`: those of the file, including {round} if it is the number of a round.
    """
    for key in ("step", "loop"):
        for path, text in _strings(table.get(key), (key,), bare=True):
            if ROUND not in text or in_loop(path) or not _FILLED_IN & {*path}:
                continue
            filled = ROUND in names or _holder(table, path).get("placeholders") is True
            if filled and _names_round(text, names, in_hex=path[-1] in _HEX):
                yield path


def _names_round(text: str, names: Collection[str], *, in_hex: bool) -> bool:
    """Whether a text has a gap for the number of a round."""
    if in_hex:
        return _ROUND_IN_HEX.search(text) is not None
    return ROUND in text_template(text, {*names, *WITH_ARGUMENT, ROUND}, "utf-8").names


def quoted_words(
    table: dict[str, Any], names: Collection[str]
) -> Iterator[tuple[KeyPath, Problem]]:
    """Names between the quotes of hex, where braces are text in any file."""
    for key in ("endpoint", "step", "loop"):
        own = {*names, *_groups(table.get(key))}
        for path, text in _strings(table.get(key), (key,), bare=True):
            holder = _holder(table, path)
            if path[-1] in _HEX or (path[-1] == "value" and str(holder.get("match")) in AS_HEX):
                for gap in quoted_gaps(text, own):
                    name = f"{{{gap.word}}}"
                    yield path, Problem("scenario.quoted_word", name=name)


_PLACES: Final = frozenset({"address", "bind", "to", "file"})
"""Keys in which a brace is hardly ever meant."""


def unfilled_words(table: dict[str, Any]) -> Iterator[tuple[KeyPath, Problem]]:
    """Warnings for a file without values, in which every brace is only a brace.

    Only what looks like a word of the language is doubted: texts that use braces literally, as JSON
    does, cause no warning. A file that sets `placeholders`, true or false, has decided.
    """
    if "placeholders" in table:
        return
    ends = end_names(table)
    taken = taken_names(table)
    for key in ("endpoint", "step", "loop"):
        groups = set(_groups(table.get(key)))
        for path, text in _strings(table.get(key), (key,)):
            in_round = {ROUND} if in_loop(path) else set()
            names = ends if key == "endpoint" else ends | taken | in_round
            here = known_by_rule(table, path)
            if path[-1] in _PLACES or path[-2:-1] == (key,) == ("endpoint",):
                found = _unfilled(gaps_in_place(text))
            elif "placeholders" in _sayer(table, path) or (here is not None and here.always):
                continue
            elif here is not None:
                found = _unfilled_by_responder(text, names, groups, here)
            elif _is_expected(table, path):
                found = _unfilled_in_expect(text, path, names)
            else:
                run = "command" in path or _holder(table, path).get("do") == "run"
                found = _unfilled(unfilled_gaps(text, names - ends if run else names))
            for problem in found:
                yield path, problem


def _unfilled(gaps: Iterable[UnknownGap]) -> Iterator[Problem]:
    for gap in gaps:
        yield Problem("scenario.unfilled_word", name=f"{{{gap.word}}}")


def _unfilled_by_responder(
    text: str, names: Collection[str], groups: Collection[str], here: KnownByRule
) -> Iterator[Problem]:
    """Unfilled words in a string of a responder; `groups`: what all rules of the file take."""
    others = {*groups} - {*here.names} if here.said else set()
    for gap in unfilled_gaps(text, others):
        if gap.word in others:
            yield Problem("scenario.unknown_here", name=f"{{{gap.word}}}")
    yield from _unfilled(_unfilled_in_rule(text, names, here))


def _unfilled_in_expect(text: str, path: KeyPath, names: Collection[str]) -> Iterator[Problem]:
    """Unfilled words in what a step expects, first those that are made anew each time."""
    changing = tuple(_made_elsewhere(text, path, names))
    yield from changing
    told = {problem.args_["name"] for problem in changing}
    yield from _unfilled(gap for gap in unfilled_gaps(text, names) if f"{{{gap.word}}}" not in told)


def refused_word(table: dict[str, Any], refused: KeyPath) -> Problem | None:
    """Why a text is refused: its braces are not filled in. None: there is another reason."""
    if table.keys() & {"values", "case", "cases"} or takes(table):
        return None
    found = (problem for path, problem in unfilled_words(table) if path in {refused, refused[:-1]})
    return next(found, None)


def late_number(table: dict[str, Any], refused: KeyPath, problem: Problem) -> Problem | None:
    """That a number is read before what it names is known; None: something else is wrong with
    it.
    """
    if problem.key != "scenario.wrong_type":
        return None
    value: Any = table
    for part in refused:
        of_list = isinstance(value, list) and isinstance(part, int)
        value = value[part] if of_list or (isinstance(value, dict) and part in value) else None
    gap = _NUMBER.fullmatch(value) if isinstance(value, str) else None
    if gap is None or gap[1] not in {ROUND, *taken_names(table), *end_names(table)}:
        return None
    return Problem("scenario.late_number", key=refused[-1], value=value)


def _unfilled_in_rule(text: str, names: Collection[str], here: KnownByRule) -> Iterator[UnknownGap]:
    """Lengths and the like of what a rule knows, which are filled in even where nothing else is."""
    for gap in unfilled_gaps(text, names):
        function, found, name = gap.word.partition(":")
        if not (here.said and found and function in OF_VALUE and name in here.names):
            yield gap


def _made_elsewhere(text: str, path: KeyPath, names: Collection[str]) -> Iterator[Problem]:
    """A word in an expectation that differs each time it is sent, so that the expectation cannot
    know it.
    """
    for gap in unfilled_gaps(text):
        word = gap.word.partition(":")[0]
        plain = word == "counter" and path[-1] in {"text", "contains", "regex"}
        if word not in {"len", "base64"} and gap.word not in names and not plain:
            yield Problem("scenario.made_in_expect", name=f"{{{gap.word}}}")


def _is_expected(table: Any, path: KeyPath) -> bool:
    return any(part in {"until", "ignore"} for part in path) or any(
        holder.get("do") == "expect" for holder in _along(table, path)
    )


def _along(table: Any, path: KeyPath) -> Iterator[dict[str, Any]]:
    """The tables that contain a string, the innermost last."""
    for part in path:
        if isinstance(table, dict):
            yield table
        table = table[part]


def _holder(table: Any, path: KeyPath) -> dict[str, Any]:
    """The innermost table that contains a string."""
    *_, holder = _along(table, path)
    return holder


def _sayer(table: Any, path: KeyPath) -> dict[str, Any]:
    """The step, rule or responder that contains a string."""
    for end in range(len(path) - 1, 1, -1):
        if path[end - 1] in {"responder", "else"} or path[end - 2 : end - 1] in _SAYERS:
            found = table
            for part in path[:end]:
                found = found[part]
            if isinstance(found, dict):
                return found
    return _holder(table, path)


_SAYERS: Final = (("step",), ("rules",))


def _groups(item: Any) -> Iterator[str]:
    """What rules take, for their replies: from patterns, from JSON, from the row of a file."""
    yield from _taken(item)
    for _path, text in _strings(item, (), bare=True):
        yield from groups_of(text)


def _taken(item: Any) -> Iterator[str]:
    if isinstance(item, list):
        for part in item:
            yield from _taken(part)
    elif isinstance(item, dict):
        for key, part in item.items():
            yield from part if key in _TAKING and isinstance(part, dict) else _taken(part)


def _strings(item: Any, path: KeyPath, *, bare: bool = False) -> Iterator[tuple[KeyPath, str]]:
    """Every string, with its path; without those in hex unless `bare`."""
    if isinstance(item, str):
        yield path, item
    elif isinstance(item, list):
        for at, part in enumerate(item):
            yield from _strings(part, (*path, at), bare=bare)
    elif isinstance(item, dict):
        as_hex = _HEX | ({"value"} if str(item.get("match")) in AS_HEX else set())
        free = path[-1:] and path[-1] in REMEMBERED  # its keys are arbitrary names
        for key, part in item.items():
            if free or (key not in LEFT_ALONE and (bare or key not in as_hex)):
                yield from _strings(part, (*path, key), bare=bare)
