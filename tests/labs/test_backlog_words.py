"""Every client ends with a word, in both languages."""

from __future__ import annotations

import pytest

from workbench.labs.backlog_data import (
    ClientState,
    ClientView,
    EndedBy,
    Family,
)
from workbench.labs.backlog_settings import BacklogSettings
from workbench.labs.backlog_words import ends, outcome, span, title
from workbench.labs.modes.abort import ABORT
from workbench.labs.modes.gate import GATE
from workbench.labs.modes.mode_table import MODES
from workbench.texts import LANGUAGES, set_language

S = ClientState
PLAIN = BacklogSettings()


def word(state: ClientState, settings: BacklogSettings = PLAIN, **more: object) -> str:
    return outcome(ClientView(4, state, **more), settings, 2.1)  # type: ignore[arg-type]


def test_the_words() -> None:
    assert word(S.QUEUED, connect_seconds=0.0001) == "in the queue; connect() took 100 us"
    assert word(S.SILENT, syns=(0.0, 1.0)) == "no answer for 2.1 s; SYNs sent: 2"
    assert "our own timeout" in word(S.TIMED_OUT, ended=5.0, ended_by=EndedBy.OURS)
    assert "the kernel gave up" in word(S.TIMED_OUT, ended=133.0, ended_by=EndedBy.KERNEL)
    assert word(S.REFUSED, ended=0.0003) == "ECONNREFUSED after 300 us"
    assert "out of connect()" in word(S.RESET, ended=1.0)
    assert "before it was accepted" in word(S.RESET, connected=0.5, ended=1.0)
    assert "EAGAIN" in word(S.AGAIN, ended=0.0)
    assert word(S.ERROR, errno="EMFILE") == "failed: EMFILE"
    assert "at 1.5 s" in word(S.ACCEPTED, accepted=1.5)


def test_before_the_first_byte_nobody_waits_and_who_is_reset_then_never_did() -> None:
    abort = BacklogSettings(mode=ABORT)
    assert "in no queue" in word(S.UNFINISHED, abort, connect_seconds=0.001)
    assert "never got into the queue" in word(S.RESET, abort, connected=0.5, ended=1.0)
    assert "before it was accepted" in word(S.RESET, abort, connected=0.5, entered=True)


def test_a_room_is_no_queue_and_a_local_connect_sends_no_syn() -> None:
    assert "waiting room" in word(S.QUEUED, BacklogSettings(mode=GATE))
    assert "SYN" not in word(S.SILENT, BacklogSettings(family=Family.UNIX))


@pytest.mark.parametrize("language", LANGUAGES)
def test_all_states_and_modes_have_words(language: str) -> None:
    set_language(language)
    for mode in MODES.values():
        for family in Family:
            settings = BacklogSettings(mode=mode, family=family)
            assert title(settings)
            assert all(word(state, settings) for state in S)
    assert f"{PLAIN.bound:.1f}" in ends(PLAIN)


def test_spans() -> None:
    assert [span(value) for value in (None, 0.0000071, 0.0021, 1.04)] == [
        "",
        "7 us",
        "2.1 ms",
        "1.0 s",
    ]
