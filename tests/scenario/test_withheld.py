"""What a layer has read and cannot pass on yet has come: a failure says so, and not "nothing"."""

from __future__ import annotations

import pytest

from tests.scenario.conftest import Play
from workbench.texts import tr

TALK = """
placeholders = true
step = [
  {{ do = "start", endpoint = "s" }},
  {{ do = "connect", endpoint = "c" }},
  {{ do = {sent}, endpoint = "c" }},
  {{ do = "expect", endpoint = "s", call = "recv", count = {reads}, keep = true }},
  {{ do = "expect", endpoint = "s", text = "hi", within = 0.05 }},
]
endpoint.c = "{client}"
[endpoint.s]
role = "listener"
address = "{server}"
{more}
"""
FRAME = "81 82 00 00 00 00"


@pytest.mark.parametrize(
    ("server", "client", "sent", "said"),
    [
        ("ws", "127.0.0.1:{s.port}", '"send", text = "GET / HTTP/1.1\\r\\n"', "half_come 16"),
        ("tls", "127.0.0.1:{s.port}", '"send", hex = "16 03 01 02 00 01"', "half_come 6"),
        ("wss", "127.0.0.1:{s.port}", '"send", hex = "16 03"', "half_come 2"),
        ("ws", "ws://@s", f'"raw", hex = "{FRAME} 68"', "half_come 7"),
        ("ws", "ws://@s", '"frame", text = "h", fin = false', "message_open 1"),
        ("ws", "ws://@s", f'"raw", hex = "{FRAME} 68 69 81"', "half_come"),
    ],
)
def test_part_of_it_has_come(play: Play, server: str, client: str, sent: str, said: str) -> None:
    reads = 2 if client.startswith("ws") else 1
    more = "" if server == "ws" else 'tls = { cert = "test:good" }'
    address = f"{server}://127.0.0.1:0"
    steps = TALK.format(server=address, client=client, sent=sent, reads=reads, more=more)
    report = play(steps)
    if said == "half_come":  # a whole message stands before it: that is what was wanted
        assert report.ok, report
        return
    *before, last = report.steps
    assert [step.reason for step in before] == [None] * 4
    assert last.reason is not None
    key, size = said.split()
    told = tr(f"scenario.{key}", who="#1", bytes=size, frames=1)
    assert told in last.reason.text, last.reason.text
    for nothing in ("instead_nothing", "instead_none"):
        assert tr(f"scenario.{nothing}") not in last.reason.text


def test_nothing_is_told_as_nothing(play: Play) -> None:
    report = play(
        """
step = [
  { do = "start", endpoint = "s" },
  { do = "connect", endpoint = "c" },
  { do = "frame", endpoint = "c", text = "hi", fin = false },
  { do = "frame", endpoint = "c", opcode = "continuation", text = "" },
  { do = "expect", endpoint = "s", text = "hi" },
  { do = "expect", endpoint = "c", text = "hi", within = 0.05 },
]
endpoint.c = "ws://@s"
[endpoint.s]
role = "listener"
address = "ws://127.0.0.1:0"
"""
    )
    last = report.steps[-1].reason
    assert last is not None
    assert tr("scenario.instead_nothing") in last.text
