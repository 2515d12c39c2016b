"""What the lab's window says while a run goes on, from the readings alone."""

from __future__ import annotations

from dataclasses import replace

from workbench.labs.backlog_data import ClientState, ClientView, Picture
from workbench.labs.backlog_settings import BacklogSettings
from workbench.viewmodel.lab_state import LabState, ends, happening

SETTINGS = BacklogSettings()


def seen(*states: ClientState) -> Picture:
    views = tuple(ClientView(number, state) for number, state in enumerate(states, 1))
    return Picture(1.0, 5.0, True, True, False, None, views)


def test_silence_is_named_only_while_nobody_was_turned_away() -> None:
    silent, queued = ClientState.SILENT, ClientState.QUEUED
    assert happening(seen(silent, queued), SETTINGS).key == "lab.happening_silent"
    assert happening(seen(silent, ClientState.REFUSED), SETTINGS) == ends(SETTINGS)
    assert happening(seen(silent, ClientState.RESET, queued), SETTINGS).key == (
        "lab.happening_queued"
    )
    assert f"{SETTINGS.bound:.1f} s" in happening(seen(queued), SETTINGS).show()


def test_only_a_finished_run_of_today_can_be_kept() -> None:
    done = LabState("compare", own=True)
    assert done.keepable
    assert not replace(done, own=False).keepable
    assert not replace(done, step="run").keepable
