"""The settings in effect: one owner, all of them or none."""

from __future__ import annotations

from dataclasses import replace

import pytest

from workbench.engine.connection.live_settings import LiveSettings
from workbench.engine.model.responders.echo import Echo
from workbench.engine.model.responders.rule import Match, Rule
from workbench.engine.model.responders.rules import Rules
from workbench.engine.model.settings import EndpointSettings, Role
from workbench.texts import Problem

SETTINGS = EndpointSettings("it", Role.STREAM, address="127.0.0.1:1", bufsize=4)


def test_a_buffer_of_the_size_that_is_set_and_larger_where_asked() -> None:
    live = LiveSettings(SETTINGS)
    assert (live.reads.size, live.reads.args(4), live.reads.args(9)) == (4, "4", "9")
    assert len(live.reads.view(4)) >= 4
    assert len(live.reads.view(100)) >= 100
    live.take(replace(SETTINGS, bufsize=200))
    assert (live.reads.size, live.reads.args(200)) == (200, "200")
    assert len(live.reads.view(live.reads.size)) >= 200


def test_a_responder_that_cannot_be_made_ready_changes_nothing() -> None:
    live = LiveSettings(replace(SETTINGS, responder=Echo()))
    live.prepare()
    before = live.responder_runtime
    broken = Rules((Rule(Match.REGEX, "(", "x"),))
    with pytest.raises(Problem):
        live.take(replace(SETTINGS, bufsize=9, responder=broken))
    assert live.responder_runtime is before
    assert live.settings.bufsize == live.reads.size == 4


def test_the_timeout_is_the_settings_own() -> None:
    live = LiveSettings(SETTINGS)
    live.set_timeout(2.5)
    assert live.timeout == live.settings.timeout == 2.5
    assert live.settings == replace(SETTINGS, timeout=2.5)


def test_who_starts_after_a_refusal_does_not_get_the_settings_of_before() -> None:
    live = LiveSettings(SETTINGS)
    refused = Problem("engine.unknown_layer", name="x", known="")
    live.refuse(refused)
    with pytest.raises(Problem) as caught:
        live.prepare()
    assert caught.value is refused
    live.prepare()  # whoever starts again knows it
    live.refuse(refused)
    live.take(SETTINGS)
    live.prepare()
