"""Each kind in the table is a file, and all that reads, writes and offers one knows it."""

from __future__ import annotations

import tomllib

import pytest

from workbench.engine.model.responders.greet import Greet
from workbench.engine.model.responders.reply import Then
from workbench.engine.model.responders.rule import Rule
from workbench.engine.model.responders.rules import Rules
from workbench.engine.model.responders.sink import Sink
from workbench.engine.model.responders.table import RESPONDERS, Responder
from workbench.engine.model.serialize import settings_from_json, settings_json
from workbench.engine.model.settings import EndpointSettings, Role
from workbench.engine.protocol.responder import compile_responder
from workbench.scenario.model import Scenario, read
from workbench.scenario.write import to_toml
from workbench.texts import LANGUAGES, has, language, set_language
from workbench.viewmodel.responder_choices import CHOICES, choice_of


@pytest.mark.parametrize("name", RESPONDERS)
def test_a_kind_is_a_file_of_its_name(name: str) -> None:
    assert RESPONDERS[name].__module__ == f"workbench.engine.model.responders.{name}"


@pytest.mark.parametrize("kind", RESPONDERS.values(), ids=RESPONDERS)
def test_record_scenario_and_window_know_each_kind(kind: type[Responder]) -> None:
    settings = EndpointSettings("s", Role.LISTENER, address="127.0.0.1:0", responder=kind())
    assert settings_from_json(settings_json(settings)) == settings
    written = to_toml(Scenario("kinds", (settings,), ()))
    assert read(tomllib.loads(written)).endpoints[0].responder == kind()
    assert compile_responder(kind()).for_connection(stream=True, tell=lambda *_note: None)
    assert CHOICES[choice_of(kind())].make("", ()) == kind()


@pytest.mark.parametrize("code", LANGUAGES)
def test_each_choice_has_a_word(code: str) -> None:
    before = language()
    set_language(code)
    try:
        assert all(has(f"responder.{key}") for key in CHOICES)
    finally:
        set_language(before)


def test_what_a_sink_reads_is_not_kept() -> None:
    assert [name for name, kind in RESPONDERS.items() if not compile_responder(kind()).keep] == [
        Sink.name()
    ]


@pytest.mark.parametrize(
    "responder",
    [
        Greet(then=Then.TLS),
        Rules((Rule(), Rule(then=Then.TLS))),
        Rules(otherwise=Rule(then=Then.TLS)),
    ],
)
def test_a_layer_is_put_in_by_those_that_say_so_alone(responder: Responder) -> None:
    assert responder.puts_in("tls")
    assert not responder.puts_in("websocket")
    assert not any(kind().puts_in("tls") for kind in RESPONDERS.values())


@pytest.mark.parametrize(
    "responder", [Greet(wrap=True), Rules((Rule(wrap=True),)), Rules(otherwise=Rule(wrap=True))]
)
def test_messages_are_made_by_those_that_say_so_alone(responder: Responder) -> None:
    assert responder.wraps()
    assert not any(kind().wraps() for kind in RESPONDERS.values())
