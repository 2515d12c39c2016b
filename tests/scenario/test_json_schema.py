"""The schema that editors are given takes what the parser takes, and finds what is wrong."""

from __future__ import annotations

import json
import re
import tomllib
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.scenario.test_write import CLIENT, SERVERS, STEPS
from workbench.engine.model.settings import EndpointSettings
from workbench.resources import resource
from workbench.scenario import json_schema
from workbench.scenario import keys as k
from workbench.scenario.model import ScenarioProblem, parse
from workbench.scenario.steps import Scenario, Step
from workbench.scenario.write import to_toml
from workbench.texts import set_language

ROOT = Path(__file__).resolve().parents[2]
SHIPPED = sorted(resource("scenarios").rglob("*.toml"))
SCHEMA = json.loads(resource(json_schema.FILE).read_text(encoding="utf-8"))
CHECK = jsonschema.Draft7Validator(SCHEMA)
FENCED = re.compile(r"^```toml\n(.*?)^```", re.MULTILINE | re.DOTALL)
A = '[endpoint.a]\naddress = "127.0.0.1:1"\n'


def faults(text: str) -> list[str]:
    return [error.message for error in CHECK.iter_errors(tomllib.loads(text))]


def test_it_is_a_schema_and_up_to_date() -> None:
    jsonschema.Draft7Validator.check_schema(SCHEMA)
    set_language("en")
    shown = "run scripts/make_keys.py: the table of keys has changed"
    assert json.loads(json_schema.to_json()) == SCHEMA, shown


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_every_shipped_scenario_fits(path: Path) -> None:
    assert faults(path.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize("name", ["README.md", "resources/README.zh_CN.md"])
def test_the_scenarios_of_the_readme_fit(name: str) -> None:
    found = FENCED.findall((ROOT / name).read_text(encoding="utf-8"))
    assert found
    for text in found:
        assert faults(text) == []


@given(SERVERS, st.lists(STEPS, max_size=6))
def test_whatever_is_written_fits(server: EndpointSettings, steps: list[Step]) -> None:
    assert faults(to_toml(Scenario("", (server, CLIENT), tuple(steps)))) == []


@pytest.mark.parametrize(
    "text",
    [
        A + "adress = '127.0.0.1:1'\n",
        A + "timeout = 'soon'\n",
        A + "role = 'server'\n",
        A + "options = { SO_REUSEADR = 1 }\n",
        A + "responder = { kind = 'greet', txt = 'hello' }\n",
        A + "responder = { kind = 'echo', text = 'hello' }\n",
        A + "responder = { text = 'hello' }\n",
        A + "responder = { kind = 'rules', rules = [{ match = 'exactly', value = 'a' }] }\n",
        A + "messages = { ends = ';', at = 1 }\n",
        A + "messages = 'lines'\n",
        A + "reconnect = { first = 1, every = 2 }\n",
        "titel = 'x'\n" + A,
        "capture = -1\n" + A,
        "format = 2\n" + A,
        "defaults = { witin = 5 }\n" + A,
        A + "[[step]]\ndo = 'conect'\n",
        A + "[[step]]\nendpoint = 'a'\n",
        A + "[[step]]\ndo = 'send'\ntext = 'x'\nrepeat = -1\n",
        A + "[[step]]\ndo = 'send'\ntext = 'x'\nafter = 1\n",
        A + "[[step]]\ndo = 'expect'\nhow = 'SHUT_WR'\n",
        A + "[[step]]\ndo = 'expect'\nwithin = '2 s'\n",
        A + "[[step]]\ndo = 'connect'\nno_files = true\n",
        A + "[[step]]\ndo = 'wait'\n",
        A + "[[step]]\ndo = 'pause'\n",
        A + "[[step]]\ndo = 'configure'\nbackloog = 3\n",
        A + "[[loop]]\nuntil = { errno = 'EPIPE', within = 3 }\n",
        A + "[[loop]]\ntimes = 2\n[[loop.step]]\ndo = 'nothing'\n",
    ],
)
def test_what_the_parser_refuses_of_keys_the_schema_does_too(text: str) -> None:
    with pytest.raises(ScenarioProblem):
        parse(text)
    assert faults(text)


def test_a_value_may_stand_for_a_number_and_an_address_for_an_endpoint() -> None:
    text = (
        "endpoint.b = '127.0.0.1:2'\n[values]\nn = 3\nwhich = 'AF_INET'\n"
        "[endpoint.a]\nrole = 'listener'\nfamily = '{which}'\nbacklog = '{n}'\n"
        "[[step]]\ndo = 'expect'\nendpoint = 'a'\ncount = '{n}'\nwithin = '{n}'\n"
    )
    assert parse(text).endpoints[1].backlog == 3
    assert faults(text) == []


def test_a_fault_is_said_of_the_key_and_not_of_the_table() -> None:
    found = faults(A + "[[step]]\ndo = 'send'\ntext = 'x'\nafter = 1\n")
    assert found == ["Additional properties are not allowed ('after' was unexpected)"]


def test_every_key_is_explained() -> None:
    def undescribed(part: Any, path: str = "") -> list[str]:
        found = []
        for name, said in part.get("properties", {}).items():
            if "description" not in said and said:
                found.append(f"{path}.{name}")
        for name, below in part.get("definitions", {}).items():
            found += undescribed(below, name)
        return found

    assert undescribed(SCHEMA) == []
    assert set(SCHEMA["definitions"]["step"]["properties"]["do"]["enum"]) == set(k.DO)
