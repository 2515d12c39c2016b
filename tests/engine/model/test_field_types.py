"""What a file says is a command only where it has the types of one."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench.engine.model import commands as c
from workbench.engine.model.field_types import check_types
from workbench.engine.model.responders.greet import Greet
from workbench.engine.model.responders.rule import Match, Rule
from workbench.engine.model.responders.rules import Rules
from workbench.engine.model.serialize import (
    COMMANDS,
    parse_command,
    settings_from_json,
    settings_json,
)
from workbench.engine.model.settings import EndpointSettings, Role

GOOD = (
    c.Send("a", text="x", connection="all", interval=1),
    c.Send("a", connection=3),
    c.Call("a", "bind", (("127.0.0.1", 0), None, True, 1.5)),
    c.SetOption("a", "SO_LINGER", (1, 0)),
    c.Configure("a", EndpointSettings("a", Role.STREAM, timeout=1, options=(("SO_ERROR", 1),))),
    c.Respond("a", Rules((Rule(Match.HEX, "00", ""),))),
    c.Mark("x"),
)
BAD = (
    c.Send("a", text=5),  # type: ignore[arg-type]
    c.Send("a", connection="some"),  # type: ignore[arg-type]
    c.Send("a", repeat=True),
    c.Send("a", repeat=2**20_000),
    c.Send("a", interval=float("inf")),
    c.Call("a", 5),  # type: ignore[arg-type]
    c.SetOption("a", "SO_LINGER", (1, "x")),  # type: ignore[arg-type]
    c.Respond("a", "echo"),  # type: ignore[arg-type]
    c.Start(None),  # type: ignore[arg-type]
    c.Respond("a", Greet(5)),  # type: ignore[arg-type]
    c.Respond("a", Rules((Rule("hex", "00", ""),))),  # type: ignore[arg-type]
    c.Configure("a", EndpointSettings("a", Role.STREAM, options=(("SO_ERROR",),))),  # type: ignore[arg-type]
)


@pytest.mark.parametrize("made", GOOD, ids=range(len(GOOD)))
def test_what_the_program_makes_fits(made: object) -> None:
    check_types(made)


@pytest.mark.parametrize("made", BAD, ids=range(len(BAD)))
def test_what_has_another_type_does_not(made: object) -> None:
    with pytest.raises(ValueError, match=r"\w+\.\w+"):
        check_types(made)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["kind", "role", "rules", "match", "then", "x"]), inner, max_size=3
        )
    ),
    max_leaves=6,
)


@given(st.dictionaries(st.sampled_from(list(EndpointSettings.__slots__)), JSON), st.booleans())
def test_settings_of_a_stranger_are_settings_or_refused(
    table: dict[str, object], whole: bool
) -> None:
    base = json.loads(settings_json(EndpointSettings("a", Role.STREAM))) if whole else {}
    try:
        made = settings_from_json(json.dumps({**base, **table}))
    except ValueError:
        return
    check_types(made)
    assert settings_from_json(settings_json(made)) == made


@given(
    st.sampled_from(list(COMMANDS)),
    st.dictionaries(
        st.sampled_from(["text", "responder", "settings", "args", "gate", "value", "how", "count"]),
        JSON,
    ),
    st.text(max_size=9),
)
def test_a_command_of_a_stranger_is_one_or_refused(
    call: str, values: dict[str, object], more: str
) -> None:
    args = ", ".join(f"{name}={value!r}" for name, value in values.items())
    for text in (args, args + more, more):
        try:
            made = parse_command(call, text, "a")
        except ValueError:
            continue
        check_types(made)
