"""JSON of a step as an expression of a script."""

from __future__ import annotations

from typing import Any

import pytest

from workbench.payload.json_values import FromGap
from workbench.payload.templates import PLACEHOLDERS
from workbench.scenario.code_json import json_code
from workbench.texts import Problem


def told(source: Any, *, sent: bool = False) -> str:
    return json_code(source, {"id", "name", *PLACEHOLDERS}, sent=sent)


def test_what_is_known_stands_there() -> None:
    assert told({"a.b": [1, True, "x{y}"]}) == "{'a.b': [1, True, 'x{y}']}"
    assert told('{"a": null}') == "{'a': None}"
    assert told([FromGap("7", untyped=True)]) == "[FromGap('7', untyped=True)]"


def test_a_value_is_filled_in_when_it_is_made() -> None:
    assert told(["{id}"], sent=True) == "[of_value(json_value('id'), sent=True)]"
    assert told(["{id+1}"]) == "[number('id') + 1]"
    assert told(["<{name}>"]).startswith("[FromGap((")
    assert "now('uuid')" in told(["{uuid}"])


def test_a_text_of_json_with_values_is_none() -> None:
    with pytest.raises(Problem):
        told('{"a": {id}}')
