"""The plain script ends its loop with the same as the scenario, and looks at the sockets."""

from __future__ import annotations

import subprocess
import sys

import pytest

from tests.scenario.conftest import PAIR, steps
from tests.scenario.test_loops import ROUND, Aborting, client_of, third
from workbench.scenario.code import of_plain_sockets, to_python
from workbench.scenario.model import parse

__all__ = ("third",)


def ran(code: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-I", "-X", "utf8", "-c", code],
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
        encoding="utf-8",
    )


@pytest.mark.parametrize(
    "until",
    [
        'errno = "ECONNRESET"',
        'error = "*"',
        'endpoint = "client", error = "ConnectionResetError"',
        'call = "recv", errno = "ECONNRESET"',
    ],
)
def test_the_reset_of_the_third_round_ends_the_script(third: Aborting, until: str) -> None:
    done = ran(
        to_python(
            parse(
                client_of(third)
                + ROUND.format(times=1000, more=f"pause = 0.01\nuntil = {{ {until} }}")
            )
        )
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("round 3 ConnectionResetError(")
    assert "tcpi_state" in done.stdout
    assert third.served == 3


@pytest.mark.parametrize(
    ("until", "round_"),
    [
        ('contains = "k"', 1),
        ('text = "ok"', 1),
        ('hex = "6f 6b"', 1),
        ('text = "k"', 1),  # wherever it stands in the stream
        ('contains = "no"', None),
        ('endpoint = "other", contains = "k"', None),
        ('call = "send", errno = "ECONNRESET"', None),
    ],
)
def test_bytes_end_it_too(third: Aborting, until: str, round_: int | None) -> None:
    head = client_of(third) + '[endpoint.other]\nrole = "stream"\naddress = "127.0.0.1:1"\n'
    done = ran(to_python(parse(head + ROUND.format(times=2, more=f"until = {{ {until} }}"))))
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("not met: " if round_ is None else f"round {round_} b'ok")


def test_the_end_of_a_stream_ends_it() -> None:
    text = (
        PAIR
        + steps(
            'do = "start"; endpoint = "server"',
            'do = "connect"; endpoint = "client"',
            'do = "accept"; endpoint = "server"',
        )
        + """
[[loop]]
until = { call = "recv", result = 0 }
[[loop.step]]
do = "shutdown"
endpoint = "server"
[[loop.step]]
do = "expect"
endpoint = "client"
call = "recv"
result = 0
"""
    )
    done = ran(to_python(parse(text)))
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[1] == "round 1 b''"


def test_a_failure_of_another_kind_goes_through(third: Aborting) -> None:
    done = ran(
        to_python(
            parse(client_of(third) + ROUND.format(times=9, more='until = { errno = "EPIPE" }'))
        )
    )
    assert "ConnectionResetError" in done.stderr
    assert third.served == 3


def test_loops_in_loops_each_end_with_their_own(third: Aborting) -> None:
    inner = ROUND.format(times=1, more='until = { contains = "never" }')
    text = (
        client_of(third)
        + """
[[loop]]
times = 9
until = { errno = "ECONNRESET" }
"""
        + inner.replace("[[step", "[[loop.step")
    )
    done = ran(to_python(parse(text)))
    assert done.returncode == 0, done.stderr
    assert "round 3 ConnectionResetError" in done.stdout


def test_what_a_script_cannot_wait_for_is_said() -> None:
    code = of_plain_sockets(
        parse(
            PAIR
            + """
[[loop]]
times = 2
until = { endpoint = "server", state = "LISTEN" }
[[loop.step]]
do = "sample"
endpoint = "server"
"""
        )
    )
    assert "# has no counterpart in a plain script" in code
    done = ran(code)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize(
    "until",
    [
        'errno = "ECONNRESET", count = 2',
        'errno = "ECONNRESET", connection = 2',
        'kind = "end", errno = "ECONNREFUSED"',
        'closed = "reset"',
        'contains = "中", encoding = "big5"',
        "hex = '6f ??'",
    ],
)
def test_what_no_script_can_tell_builds_on_the_engine(third: Aborting, until: str) -> None:
    """It would end in another round."""
    loop = ROUND.format(times=3, more=f"until = {{ {until} }}")
    assert "from workbench.testing import scripted" in to_python(parse(client_of(third) + loop))


def test_messages_are_none_of_its_reads(third: Aborting) -> None:
    head = client_of(third) + 'messages = { ends = ";" }\n'
    loop = ROUND.format(times=3, more="until = { text = 'k' }")
    assert "scripted" in to_python(parse(head + loop))
