"""What a text asks for is asked about, unless it was made here or allowed already."""

from __future__ import annotations

from workbench.scenario.permissions import Reach
from workbench.viewmodel.typed_scenario import TypedScenarios

SERVER = """step = [{ do = "start", endpoint = "s" }]
[endpoint.s]
role = "listener"
address = "0.0.0.0:0"
"""
PASTED = SERVER.replace(" }]", ' }, { do = "run", name = "x", command = ["true"] }]')


def test_a_pasted_text_asks_for_all_that_it_reaches_for() -> None:
    typed = TypedScenarios().read(PASTED, "here")
    assert typed.scenario is None
    assert typed.problem is None
    assert [(line, wish.reach) for line, wish in typed.wishes] == [
        (4, Reach.BEYOND),
        (1, Reach.COMMAND),
    ]


def test_what_was_made_here_asks_for_nothing_until_more_is_written_into_it() -> None:
    texts = TypedScenarios()
    texts.made(SERVER, "here")
    assert texts.read(SERVER, "here").scenario is not None
    assert texts.read(PASTED, "here").scenario is None
    elsewhere = SERVER.replace("0.0.0.0:0", "0.0.0.0:1")
    assert [wish.what for _, wish in texts.read(elsewhere, "here").wishes] == ["0.0.0.0:1"]


def test_what_is_allowed_is_allowed_to_that_text_alone() -> None:
    texts = TypedScenarios()
    asked = texts.read(PASTED, "here")
    texts.allow(PASTED, asked.given.granting([wish for _, wish in asked.wishes]))
    assert texts.read(PASTED, "here").scenario is not None
    assert texts.read(PASTED + "\n", "here").scenario is None


def test_a_file_that_lies_elsewhere_is_asked_for() -> None:
    text = (
        'step = [{ do = "connect" }, { do = "send", file = "../told" }]\n'
        '[endpoint.c]\naddress = "127.0.0.1:1"\n'
    )
    (found,) = TypedScenarios().read(text, "here").wishes
    assert found[1].reach is Reach.FILE


def test_what_is_no_scenario_says_why() -> None:
    typed = TypedScenarios().read("step = [", "here")
    assert typed.problem is not None
    assert not typed.wishes
