"""The lab over local sockets speaks of no SYN, port or firewall, in either language."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import fields
from itertools import product

import pytest

from tests.test_family import NOT_UNIX
from workbench.labs.backlog_compare import compare, readings
from workbench.labs.backlog_data import (
    ClientState,
    ClientView,
    EndedBy,
    Family,
    Result,
)
from workbench.labs.backlog_settings import BacklogSettings
from workbench.labs.backlog_words import outcome
from workbench.labs.modes import bound
from workbench.labs.modes.closed import CLOSED
from workbench.labs.modes.gate import GATE
from workbench.labs.modes.kernel import KERNEL
from workbench.labs.modes.mode import LabMode
from workbench.texts import LANGUAGES, set_language

MODES = (KERNEL, GATE, CLOSED, bound.BOUND)
"""Those that AF_UNIX has: the others need a network of their own."""


def result(mode: LabMode, *, full: bool) -> Result:
    """A run in which everything happened once or twice."""
    values: dict[str, object] = {item.name: 1 for item in fields(Result)}
    values |= {
        "lab": "backlog",
        "family": "unix",
        "mode": mode.name,
        "os": "Linux 6",
        "queue_full": full,
        "drops": None,
        "rejected": None,
        "reset_outside": None,
        "timed_out": 2,
        "clients": 20,
    }
    return Result(**values)  # type: ignore[arg-type]


def told() -> Iterator[str]:
    for mode, full in product(MODES, (True, False)):
        found = compare(result(mode, full=full))
        for reason in (*found.reasons, *found.elsewhere, *found.ways):
            yield reason.text
        yield readings(result(mode, full=full))
        settings = BacklogSettings(family=Family.UNIX, mode=mode)
        for state, by in product(ClientState, (*EndedBy, None)):
            view = ClientView(
                1,
                state,
                ended_by=by,
                errno="EIO",
                syns=(0.0, 1.0),
                ended=2.0,
                connected=1.0,
                connect_seconds=0.1,
            )
            yield outcome(view, settings, 3.0)


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_text_of_the_lab_speaks_of_networks(language: str) -> None:
    set_language(language)
    texts = set(told())
    assert len(texts) > 20
    assert [text for text in texts if re.search(NOT_UNIX, text, re.IGNORECASE)] == []
