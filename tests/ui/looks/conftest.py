"""One window a scene, shared by all checks of a module: making it is what costs time."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from PySide6.QtCore import QCoreApplication, QEvent
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from tests.free_port import free_port
from tests.ui.conftest import Hand
from tests.ui.looks.scenes import SCENES, SIZE, settle
from workbench import app, texts
from workbench.labs import demos
from workbench.qt.preferences import Preferences
from workbench.scenario.model import load
from workbench.ui.style import dressing, theme
from workbench.viewmodel import default_endpoints


@pytest.fixture
def dressed() -> bool:
    """As a person sees them."""
    return True


@pytest.fixture(scope="session", autouse=True)
def _read_once() -> Iterator[None]:
    """The menu of the demonstrations reads all of them when it opens, and each check opens it."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(demos, "load", cache(load))
        yield


@pytest.fixture(scope="module", params=SCENES)
def scene(
    request: pytest.FixtureRequest, qapp: QApplication, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Hand]:
    """The hand of a window in a state of SCENES, in English at 100 %."""
    folder: Path = tmp_path_factory.mktemp("scene")
    texts.set_language("en")
    dressing.apply(qapp, theme.LIGHT)
    for key in ("sent_messages", "recent_set_ups"):  # of other tests of this process
        Preferences().write_list(key, [])
    Path(Preferences().messages_file).unlink(missing_ok=True)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(default_endpoints, "FIRST_PORT", free_port())
        window = app.create_window(folder / "2026-11-23 12-00.swb")
        preferences = window.preferences
        preferences.first_steps_done = False
        window.onboarding.show()
        window.resize(*SIZE)
        window.show()
        hand = Hand(window, QtBot(request))
        SCENES[request.param](hand)
        settle()
        yield hand
        preferences.messages_shown = False
        if preferences.scale != 100:
            preferences.scale = 100
            window.appearance.apply()
        window.close()
        window.deleteLater()
        QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
