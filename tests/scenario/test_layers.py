"""Layers as a key of a scenario, and as rows that a step expects."""

from __future__ import annotations

import pytest

from tests.engine.protocol.test_stack import TABLE
from tests.scenario.conftest import PAIR, Play
from workbench.engine.protocol import stack as stacks
from workbench.scenario.code import to_python
from workbench.scenario.model import ScenarioProblem, parse
from workbench.scenario.write import to_toml

LAYERED = PAIR.replace("address =", 'layers = ["framed", "upper"]\naddress =')
TALK = """
[[step]]
do = "start"
endpoint = "server"
[[step]]
do = "connect"
endpoint = "client"
[[step]]
do = "send"
endpoint = "client"
text = "hello"
[[step]]
do = "expect"
endpoint = "server"
kind = "layer"
call = "framed.recv"
text = "HELLO"
"""


def test_a_talk_through_layers(play: Play, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stacks, "LAYERS", TABLE)
    report = play(LAYERED + TALK)
    assert report.ok, report


def test_it_is_written_as_it_was_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stacks, "LAYERS", TABLE)
    made = parse(LAYERED + TALK)
    assert made.endpoints[0].layers == ("framed", "upper")
    assert parse(to_toml(made)) == made
    assert "layers = ['framed', 'upper']" in to_python(made)


@pytest.mark.parametrize(
    ("wrong", "named"),
    [
        ('layers = ["tls"]', "framed, upper"),
        ("layers = [1]", "text"),
        ('layers = "framed"', "list"),
        ('layers = ["framed"]\ntype = "SOCK_SEQPACKET"', "stream of bytes"),
    ],
)
def test_what_cannot_be_is_refused(monkeypatch: pytest.MonkeyPatch, wrong: str, named: str) -> None:
    monkeypatch.setattr(stacks, "LAYERS", TABLE)
    with pytest.raises(ScenarioProblem) as caught:
        parse(PAIR + wrong + "\n")
    assert named in str(caught.value)
