"""A window gets its style sheet when it is put together, and looks as if it had had it before."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from PySide6.QtCore import QEvent, QObject
from PySide6.QtGui import QPalette
from PySide6.QtWidgets import QApplication, QFrame, QLabel, QWidget
from pytestqt.qtbot import QtBot

from tests.cli_process import run_command
from workbench import app
from workbench.texts import LANGUAGES, set_language
from workbench.ui.endpoint.endpoint_panel import EndpointPanel
from workbench.ui.style import dressing, theme
from workbench.ui.style.retranslatable import tell_appearance
from workbench.ui.widgets.named_controls import tone

ROOT = Path(theme.__file__).parents[2]

Place = tuple[str, str, object]


def places(window: QWidget) -> list[Place]:
    QApplication.processEvents()
    return [
        (type(widget).__name__, widget.objectName(), widget.geometry().getRect())
        for widget in window.findChildren(QWidget)
        if widget.isVisible()
    ]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("scale", [100, 150])
def test_what_was_measured_before_it_is_measured_again(
    qtbot: QtBot, qapp: QApplication, tmp_path: Path, first_port: int, language: str, scale: int
) -> None:
    set_language(language)
    dressing.apply(qapp, theme.LIGHT, scale)
    try:
        window = app.create_window(tmp_path / "r.swb")
        window.resize(1280, 752)
        with qtbot.waitExposed(window):
            window.show()
        found = places(window)
        tell_appearance()  # each widget measures under the sheet
        assert places(window) == found
        assert len(found) > 150
        window.close()
        window.deleteLater()
    finally:
        dressing.apply(qapp, theme.LIGHT)


def test_a_panel_is_measured_where_it_stands(
    qtbot: QtBot, qapp: QApplication, tmp_path: Path, first_port: int
) -> None:
    """In the dressed window: what is measured before has all in it polished and laid out twice."""
    assert first_port
    dressing.apply(qapp, theme.LIGHT)
    where: list[str] = []

    class Polished(QObject):
        def eventFilter(self, watched: QObject, event: QEvent) -> bool:
            if event.type() == QEvent.Type.Polish and isinstance(watched, EndpointPanel):
                where.append(type(watched.window()).__name__)
                assert watched.window().styleSheet()
            return False

    seen = Polished()
    qapp.installEventFilter(seen)
    try:
        window = app.create_window(tmp_path / "r.swb")
    finally:
        qapp.removeEventFilter(seen)
    qtbot.addWidget(window)
    assert where == ["MainWindow", "MainWindow"]


def test_a_theme_reaches_the_windows_that_are_there(qtbot: QtBot, qapp: QApplication) -> None:
    dressing.apply(qapp, theme.LIGHT)
    window = QWidget()
    qtbot.addWidget(window)
    label = QLabel("now", window)
    label.setProperty("badge", True)
    tone(label, "good")
    dressing.dress(window)
    colours = []
    for chosen in (theme.LIGHT, theme.DARK):
        dressing.apply(qapp, chosen)
        picture = label.grab().toImage()
        colours.append(picture.pixelColor(picture.width() // 2, 2).name())
    dressing.apply(qapp, theme.LIGHT)
    assert colours == [theme.LIGHT.good.back, theme.DARK.good.back]


def test_a_tone_shows_as_soon_as_it_is_another(qtbot: QtBot, qapp: QApplication) -> None:
    dressing.apply(qapp, theme.LIGHT)
    window = QWidget()
    qtbot.addWidget(window)
    label = QLabel("now", window)
    label.setProperty("badge", True)
    dressing.dress(window)
    window.show()
    for name in ("good", "bad", "busy", "good"):
        tone(label, name)
        picture = label.grab().toImage()
        seen = picture.pixelColor(picture.width() // 2, 2).name()
        assert seen == getattr(theme.LIGHT, name).back


def test_the_words_in_a_frame_have_the_tone_of_the_frame(qtbot: QtBot, qapp: QApplication) -> None:
    """A demonstration that has ended was told in the colour of one that runs."""
    dressing.apply(qapp, theme.LIGHT)
    window = QWidget()
    qtbot.addWidget(window)
    frame = QFrame(window)
    frame.setProperty("message", True)
    label = QLabel("now", frame)
    tone(frame, "info")
    dressing.dress(window)
    window.show()
    for name in ("good", "bad", "info"):
        tone(frame, name)
        seen = label.palette().color(QPalette.ColorRole.WindowText).name()
        assert seen == getattr(theme.LIGHT, name).text


def test_nobody_takes_the_style_of_a_widget_into_python() -> None:
    """It goes with a window's sheet, and PySide's object of it stays: see dressing.repolish."""
    takes = [
        str(path.relative_to(ROOT))
        for path in ROOT.rglob("*.py")
        if ".style()." in (text := path.read_text(encoding="utf-8")) or "= widget.style()" in text
    ]
    assert takes == []


def test_a_window_on_somebody_elses_application_is_dressed(tmp_path: Path) -> None:
    """Tools make a QApplication of their own, and a window on it."""
    words = (
        "from pathlib import Path; from PySide6.QtWidgets import QApplication;"
        " made = QApplication([]); from workbench.app import create_window;"
        f" window = create_window(Path({str(tmp_path / 'record.swb')!r}));"
        " print('primary' in window.styleSheet()); window.close()"
    )
    assert run_command(sys.executable, "-c", words, QT_QPA_PLATFORM="offscreen")[1] == "True\n"
