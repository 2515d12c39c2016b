"""The keyword arguments are the keys of the language: none is missing, none is made up."""

from __future__ import annotations

from dataclasses import fields

from workbench.engine.model.commands import Send
from workbench.scenario.keys import BESIDE_ENDPOINT, ENDPOINT, EXPECT
from workbench.testing.language_keys import EndpointKeys, ExpectKeys, SendKeys


def test_each_key_of_an_endpoint() -> None:
    assert set(EndpointKeys.__annotations__) == {*ENDPOINT, *BESIDE_ENDPOINT}


def test_each_key_of_an_expectation() -> None:
    assert set(ExpectKeys.__annotations__) == set(EXPECT) - {"endpoint", "on_failure"}


def test_each_key_of_a_send() -> None:
    wanted = {item.name for item in fields(Send)} - {"endpoint"} | {"error", "json"}
    assert set(SendKeys.__annotations__) == wanted
