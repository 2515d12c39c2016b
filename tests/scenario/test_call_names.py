"""Names of calls and errors: those that the log has, and the nearest for one that it never has."""

from __future__ import annotations

import pytest

from workbench.scenario import call_names
from workbench.scenario.model import ScenarioProblem, parse
from workbench.scenario.steps import Expect
from workbench.scenario.values import Wrong


@pytest.mark.parametrize(("read", "name", "near"), [
    (call_names.call, "sendall", "send"), (call_names.call, "recv_into", "recv"),
    (call_names.call, "acept", "accept"), (call_names.errno, "ECONNRESETT", "ECONNRESET"),
])  # fmt: skip
def test_what_the_log_never_has_is_refused(read: object, name: str, near: str) -> None:
    assert callable(read)
    with pytest.raises(Wrong) as wrong:
        read({"it": name}, "it", ())
    assert wrong.value.problem.args_["near"] == near


@pytest.mark.parametrize(("read", "name"), [
    (call_names.call, "recv"), (call_names.call, "configure"), (call_names.call, "rule_too_slow"),
    (call_names.errno, "*"), (call_names.errno, "EAI_NONAME"), (call_names.errno, "EMFILE"),
])  # fmt: skip
def test_what_it_has_is_taken(read: object, name: str) -> None:
    """Notes have names of their own, other systems other errors."""
    assert callable(read)
    assert read({"it": name}, "it", ()) == name


def test_an_error_in_capitals_is_a_symbol() -> None:
    """As in a step, where either is taken."""

    def read(said: str) -> Expect:
        made = parse(f"endpoint.c = '127.0.0.1:1'\n[[step]]\ndo = 'expect'\n{said}\n").steps[0]
        assert isinstance(made, Expect)
        return made

    for name in ("ECONNREFUSED", "HTTP_401", "TLSV1_ALERT_UNKNOWN_CA"):
        made = read(f"error = '{name}'")
        assert (made.errno, made.error) == (name, None)
    assert read("error = 'TimeoutError'").error == "TimeoutError"
    assert read("error = '*'").error == "*"
    with pytest.raises(ScenarioProblem, match="ECONNREFUSED"):
        read("error = 'ECONNREFUSD'")
