"""What cannot be had on a system is found by trying, and said with its reason."""

from __future__ import annotations

import sys

import pytest

from workbench.labs.modes.firewall import FIREWALL
from workbench.labs.modes.mode_table import MODES
from workbench.labs.modes.probe import Probe, probe
from workbench.labs.private_net import PrivateNet
from workbench.texts import Problem

PRIVATE = {mode.name for mode in MODES.values() if mode.private}


@pytest.mark.skipif(sys.platform != "linux", reason="network namespaces are Linux's")
def test_a_python_that_is_none_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "executable", "/nonexistent/python")
    found = probe()
    assert found.keys() == PRIVATE
    assert {problem.key for problem in found.values()} == {"namespace.no_helper"}


def test_one_mode_that_cannot_be_had_hinders_no_other(monkeypatch: pytest.MonkeyPatch) -> None:
    before = probe()

    def refuse(_net: PrivateNet) -> None:
        raise Problem("namespace.no_nft")

    monkeypatch.setattr(FIREWALL, "prepare", refuse)
    found = probe()
    assert found.keys() == {*before, "firewall"}
    if "firewall" not in before:
        assert found["firewall"].key == "namespace.no_nft"


def test_it_is_tried_beside_everything_else() -> None:
    trying = Probe()
    trying.wait()
    assert trying.found is not None
    assert trying.found.keys() <= PRIVATE
