"""What is run again reads its secrets from the environment, says so on top, and has none."""

from __future__ import annotations

import tomllib

import pytest

from tests.scenario.test_secrets import SECRET, TALK
from workbench.scenario.code import to_python
from workbench.scenario.model import parse
from workbench.scenario.named_values import Given
from workbench.scenario.secrets import secrets_of
from workbench.scenario.without_secrets import python_without, toml_naming, toml_without
from workbench.scenario.write import to_toml

KNOWN = [{"name": "pw", "env": "WORKBENCH_PW", "value": SECRET}]
GIVEN = Given({"pw": SECRET})
COOKIE = """title = "Talk"
step = [
  { do = "send", text = "GET / HTTP/1.1\\r\\nCookie: a=b\\r\\nHost: x\\r\\n\\r\\n" },
  { do = "expect", regex = 'Set-Cookie: (?P<sid>[^\\r]+)' },
]
endpoint.c = "127.0.0.1:1"
"""


def test_a_scenario_is_written_with_the_variable_and_reads_back() -> None:
    made = parse(TALK, given=GIVEN)
    text = to_toml(made)
    assert SECRET not in text
    assert 'pw = { env = "WORKBENCH_PW", secret = true }' in text
    assert parse(text, given=GIVEN) == made


def test_what_was_filled_in_is_taken_out_again() -> None:
    text = TALK.replace('kind = "echo"', 'kind = "greet", text = "hi {pw}!"')
    made = parse(text, given=GIVEN)
    written = to_toml(made)
    assert SECRET not in written
    assert "hi {pw}!" in written
    assert parse(written, given=GIVEN) == made


def test_of_a_record_the_variable_is_defined() -> None:
    text = toml_without(
        f'title = "x"\nstep = [\n  {{ do = "note", text = "{SECRET}" }},\n]\n', KNOWN
    )
    assert text.startswith("# secrets, taken from the environment: WORKBENCH_PW\n")
    table = tomllib.loads(text)
    assert table["values"] == {"pw": {"env": "WORKBENCH_PW", "secret": True}}
    assert table["step"][0]["text"] == "{pw}"
    below = f'[values]\na = 1\n\n[endpoint.c]\naddress = "{SECRET}"\n'
    assert tomllib.loads(toml_without(below, KNOWN))["values"]["pw"]["secret"] is True


def test_a_header_becomes_a_value_and_a_pattern_stays() -> None:
    text = toml_without(COOKIE, [])
    assert "a=b" not in text
    made = parse(text, given=Given({"cookie": "a=b"}))
    assert made.secrets == {"cookie": "COOKIE"}
    assert "(?P<sid>[^\\r]+)" in text
    assert toml_without(text, []) == text


def test_hex_and_other_forms() -> None:
    written = SECRET.encode().hex()
    text = f'step = [\n  {{ do = "send", hex = "00{written}ff" }},\n]\nendpoint.c = "127.0.0.1:1"\n'
    made = toml_without(text, KNOWN)
    assert 'hex = "00{pw}ff"' in made
    left = toml_without('x = "aHVudGVyMi14eXo="\n', KNOWN)
    assert left.startswith("# a secret that stands in another form is masked\n")
    assert "aHVu" not in left


def test_a_script_reads_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    code = (
        '"""A script."""\nfrom __future__ import annotations\n\nimport sys\n\n'
        f"got = [b'a{SECRET}\\r\\n', '{SECRET}', ('x' '{SECRET}')]\n"
        "sent = b'GET /\\r\\nAuthorization: Bearer t\\r\\nX: y\\r\\n'\n"
    )
    made = python_without(code, KNOWN)
    assert SECRET not in made
    assert made.startswith("# secrets, taken from the environment: ")
    monkeypatch.setenv("WORKBENCH_PW", "other")
    monkeypatch.setenv("AUTHORIZATION", "Basic x")
    names: dict[str, object] = {}
    exec(compile(made, "script", "exec"), names)
    assert names["got"] == [b"aother\r\n", "other", "x" + "*" * len(SECRET)]
    assert names["sent"] == b"GET /\r\nAuthorization: Basic x\r\nX: y\r\n"


def test_a_script_without_secrets_stays_as_it_is() -> None:
    code = "#!/usr/bin/env python3\nprint(f'{1}', b'\\xff', 'Cookies: x')\n"
    assert python_without(code, KNOWN) == code


def test_the_export_of_a_scenario_has_none() -> None:
    made = parse(TALK, given=GIVEN)
    code = python_without(to_python(made), secrets_of(made))
    compile(code, "script", "exec")
    assert SECRET not in code
    assert 'os.environ["WORKBENCH_PW"]' in code
    assert "sid=1" not in code


def test_values_that_are_no_secrets_are_named_and_given_first() -> None:
    text = (
        'title = "user-1"\nstep = [\n  { do = "send", endpoint = "c", text = "hi user-1\\r\\n" },\n'
        '  { do = "send", endpoint = "c", hex = "00757365722d31" },\n]\n\n'
        '[endpoint.c]\naddress = "localhost:1"\n'
    )
    named = toml_naming(text, {"who": "user-1", "host": "localhost", "n": "1"})
    table = tomllib.loads(named)
    assert table["values"] == {"who": "user-1", "host": "localhost"}
    assert table["title"] == "user-1"
    assert table["step"][0]["text"] == "hi {who}\r\n"
    assert table["step"][1]["hex"] == "00{who}"
    assert table["endpoint"]["c"]["address"] == "{host}:1"
    made = parse(named)
    assert made.endpoints[0].address == "localhost:1"


def test_a_brace_that_would_mean_something_else_hinders_it() -> None:
    text = 'step = [{ do = "send", text = "user-1 {time}" }]\nendpoint.c = "127.0.0.1:1"\n'
    assert toml_naming(text, {"who": "user-1"}) == text
