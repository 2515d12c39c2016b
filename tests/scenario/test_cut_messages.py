"""A datagram of which only the beginning was read is what is expected where that is certain."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from tests.exported import ran
from tests.scenario.conftest import Play, reasons
from workbench.journal.reader import Row
from workbench.scenario.code import to_python
from workbench.scenario.cut_messages import was_cut
from workbench.scenario.model import parse

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="Linux alone tells the true size")

UDP = """
defaults = {{ within = {within} }}
step = [
  {{ do = "start", endpoint = "server" }},
  {{ do = "send", endpoint = "client", text = '{sent}' }},
  {{ do = "expect", endpoint = "server", size = {size}, keep = true, within = 20 }},
  {{ do = "expect", endpoint = "server", {wanted} }},
]
[endpoint.server]
role = "datagram"
address = "127.0.0.1:0"
bufsize = 4
[endpoint.client]
role = "datagram"
address = "@server"
"""


@pytest.mark.parametrize(
    ("sent", "wanted", "holds"),
    [
        ("0123", 'text = "0123"', True),
        ("0123456789", 'text = "0123"', False),
        ("0123456789", 'text = "0123", size = 10', True),
        ("0123456789", 'text = "0123", size = 4', False),
        ("0123456789", 'hex = "30 31 32 33"', False),
        ("0123456789", 'hex = "30 *"', False),
        ("0123456789", 'hex = "30 *", size = 10', True),
        ("[12]345", "json = [12]", False),
        ("0123456789", 'contains = "12"', True),
        ("0123456789", 'contains = "45"', False),
        ("0123456789", "regex = '12'", True),
        ("0123456789", "regex = '3$'", False),
        ("0123456789", "regex = '0(?P<rest>[0-9]+)'", False),
        ("0123456789", 'absent = true, contains = "45"', False),
        ("0123456789", 'absent = true, contains = "45", size = 10', True),
        ("0123456789", 'absent = true, text = "0123"', True),
        ("0123456789", 'absent = true, text = "0123456780"', False),
        ("0123456789", 'absent = true, text = "9123456789"', True),
        ("0123", 'absent = true, contains = "45"', True),
    ],
)
def test_what_the_rest_decides_does_not_hold(
    play: Play, tmp_path: Path, sent: str, wanted: str, *, holds: bool
) -> None:
    within = 20 if holds and "absent" not in wanted else 0.2
    text = UDP.format(sent=sent, size=len(sent), wanted=wanted, within=within)
    report = play(text)
    assert report.ok is holds, reasons(report)
    code = to_python(parse(text))
    assert "scripted" not in code
    done = ran(code, tmp_path)
    assert (done.returncode == 0) is holds, done.stderr


def test_the_reason_says_how_much_was_taken(play: Play) -> None:
    absent = play(
        UDP.format(within=0.2, sent="0123456789", size=10, wanted='absent = true, contains = "45"')
    )
    assert "beginning of a message of 10 bytes, of which the read took 4" in reasons(absent)[0]
    other = play(UDP.format(within=0.2, sent="0123456789", size=10, wanted='text = "0123"'))
    assert "the message had 10 bytes, of which the read took 4" in reasons(other)[0]


def test_what_is_ignored_is_the_whole(play: Play) -> None:
    text = UDP.format(within=20, sent="pingpong", size=8, wanted='contains = "ping"')
    assert play(text.replace("bufsize = 4", 'bufsize = 4\nignore = [{ text = "ping" }]')).ok


def test_a_read_of_a_stream_that_took_all_is_not_cut() -> None:
    fields = dict.fromkeys(Row._fields)
    row = Row(**{**fields, "call": "recv", "payload": b"abc", "size": 3})  # type: ignore[arg-type]  # the rest does not matter
    assert not was_cut(row)
    assert was_cut(row._replace(size=4))
