"""Rules of `listen --rules`: those of a scenario, and what is wrong in them has its line."""

from __future__ import annotations

from pathlib import Path

import pytest

from workbench.cli.rules_file import rules_of
from workbench.engine.model.message_ends import Delimiter
from workbench.engine.model.responders.rules import Rules
from workbench.scenario.limits import LARGEST
from workbench.scenario.model import ScenarioProblem
from workbench.texts import Problem

PING = 'rules = [\n  { match = "exact", value = "PING", reply = "PONG", wrap = true },\n]\n'


def test_rules_and_where_a_message_ends(tmp_path: Path) -> None:
    path = tmp_path / "rules.toml"
    path.write_text(
        PING + 'greet = "hello"\nelse = { reply = "what?" }\nmessages = { ends = "\\n" }'
    )
    responder, messages = rules_of(path)
    assert isinstance(responder, Rules)
    assert responder.rules[0].reply == "PONG"
    assert (responder.greet, messages) == ("hello", Delimiter("\n"))


@pytest.mark.parametrize(
    ("text", "line", "named"),
    [
        (PING.replace("exact", "exactly"), 2, "exact"),
        (PING + "other = 1\n", 4, "other"),
        ("rules = [\n", 1, "]"),
        (PING + 'messages = "lines"\n', 4, "messages"),
    ],
)
def test_what_is_wrong_has_its_line(tmp_path: Path, text: str, line: int, named: str) -> None:
    path = tmp_path / "rules.toml"
    path.write_text(text)
    with pytest.raises(Problem) as found:
        rules_of(path)
    assert f"{path}:{line}:" in str(found.value)
    assert named in str(found.value)


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(Problem, match="none"):
        rules_of(tmp_path / "none.toml")


@pytest.mark.parametrize(
    ("text", "key"),
    [
        (PING + "x = " + "9" * 5000, "scenario.too_long_number"),
        (PING + "x = " + "[" * 5000, "scenario.too_deep"),
        (PING + "#" * (LARGEST + 1), "scenario.too_large"),
    ],
    ids=["number", "brackets", "size"],
)
def test_what_is_too_much_is_refused_as_in_a_scenario(tmp_path: Path, text: str, key: str) -> None:
    path = tmp_path / "rules.toml"
    path.write_text(text)
    with pytest.raises(ScenarioProblem) as found:
        rules_of(path)
    reason = found.value.args_["reason"]
    assert isinstance(reason, Problem)
    assert reason.key == key


def test_a_file_that_is_no_text_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "rules.toml"
    path.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(Problem) as found:
        rules_of(path)
    assert found.value.key == "scenario.not_text"
