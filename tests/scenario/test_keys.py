"""The table of keys: nothing that the parser takes is missing in it, and each key has its line."""

from __future__ import annotations

from dataclasses import fields

import pytest

from workbench.engine.model import settings as s
from workbench.engine.model.serialize import COMMANDS
from workbench.scenario import keys as k
from workbench.scenario.model import ScenarioProblem, parse
from workbench.scenario.steps import Expect
from workbench.texts import LANGUAGES, Problem, catalogue

PLACES = dict.fromkeys(key.place for key in k.table())
SERVER = '[endpoint.a]\nrole = "listener"\n'


def names(kind: type) -> set[str]:
    return {item.name for item in fields(kind)}


def test_every_field_has_a_key() -> None:
    assert set(k.ENDPOINT) == names(s.EndpointSettings) - {"name"}
    assert set(k.EXPECT) == names(Expect)
    for do, kind in COMMANDS.items():
        if do != "configure":
            asked = names(kind) - {"at_end"}  # which only the program says
            assert asked <= set(k.step_keys(do)), do


def test_no_key_stands_twice_in_one_place() -> None:
    assert len({(key.place, key.name) for key in k.table()}) == len(k.table())


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_key_has_a_line_and_every_line_a_key(language: str) -> None:
    lines = {key.line for key in k.table()}
    said = {
        text
        for text in catalogue(language)
        if text.startswith("keys.") and text.split(".")[1] in PLACES
    }
    assert lines <= said, f"keys.{language}.toml lacks {', '.join(sorted(lines - said))}"
    assert said <= lines, f"keys.{language}.toml has {', '.join(sorted(said - lines))} over"
    assert {f"keys.where.{place}" for place in PLACES} <= set(catalogue(language))


def test_a_default_is_what_the_parser_gives() -> None:
    made = parse(SERVER).endpoints[0]
    for key in k.table():
        if key.place == "endpoint" and key.name not in {"role", "type", *k.BESIDE_ENDPOINT}:
            given = getattr(made, key.name)
            assert key.default in (given, None), key.name


def refused(step: str) -> str | None:
    """The text that says why a step is refused; None: it is taken."""
    try:
        parse(f"{SERVER}[[step]]\n{step}\n")
    except ScenarioProblem as problem:
        reason = problem.args_["reason"]
        assert isinstance(reason, Problem)
        return reason.key
    return None


@pytest.mark.parametrize("do", k.DO)
def test_a_step_takes_its_keys_and_no_other(do: str) -> None:
    assert refused(f'do = "{do}"\nnonsense = 1') == "scenario.unknown_key"
    for key in k.step_keys(do):
        assert refused(f'do = "{do}"\n{key} = {{ }}') != "scenario.unknown_key", key
