"""pytest in pytest: runs with the plugin, as one who has installed the program has them."""

from __future__ import annotations

from collections.abc import Callable

import pytest

import workbench.testing.fixture
import workbench.testing.items  # noqa: F401 - once, and not anew for each run

Run = Callable[..., pytest.RunResult]
ENDS = """
[endpoint.server]
role = "listener"
address = "127.0.0.1:0"
responder = { kind = "echo" }
[endpoint.client]
address = "@server"
"""


def talk(*lines: str, top: str = "") -> str:
    """A scenario of a server that echoes and its client; `lines`: more steps."""
    steps = (
        '{ do = "start", endpoint = "server" }',
        '{ do = "connect", endpoint = "client" }',
        '{ do = "send", endpoint = "client", text = "hello" }',
        *lines,
    )
    return f"{top}\nstep = [\n" + "".join(f"  {line},\n" for line in steps) + f"]\n{ENDS}"


@pytest.fixture
def run(pytester: pytest.Pytester) -> Run:
    """A run of pytest in a folder of its own; the arguments are pytest's."""

    def go(*args: str) -> pytest.RunResult:
        return pytester.runpytest_inprocess(
            "-p", "workbench.testing", "-p", "no:cacheprovider", "--basetemp=records", *args
        )

    return go
