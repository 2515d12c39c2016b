"""What a script asks for is refused, each with its switch, unless that is given."""

from __future__ import annotations

import sys

import pytest

from workbench.scenario.script_help.asking import may

ASKED = [("--allow-run", "runs curl"), ("--any-file", "reads /etc/passwd")]


@pytest.mark.parametrize(
    ("given", "refused"),
    [((), (0, 1)), (("--any-file",), (0,)), (("--allow-run",), (1,))],
)
def test_it_has_to_be_allowed(
    given: tuple[str, ...],
    refused: tuple[int, ...],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr(sys, "argv", ["script.py", *given])
    with pytest.raises(SystemExit) as caught:
        may(ASKED)
    assert caught.value.code == 2
    told = capsys.readouterr().err
    for at, (switch, what) in enumerate(ASKED):
        assert (f"{what}: {switch}" in told) == (at in refused)


def test_what_is_allowed_is_done(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "argv", ["script.py", "--any-file", "--allow-run"])
    may(ASKED)
