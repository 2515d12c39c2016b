"""Qt's own words beside those of this program: the Enter key has one name, and nothing is English
in Chinese.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QCoreApplication, Qt, QTranslator
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import QAbstractButton, QApplication, QFileDialog, QLabel, QTreeView
from pytestqt.qtbot import QtBot

from workbench import app, texts
from workbench.ui.style import qt_translations


@pytest.mark.parametrize("language", texts.LANGUAGES)
def test_enter_is_called_enter(qapp: QApplication, language: str) -> None:
    """As in the manual and in tips; other keys stay as Qt has them."""
    assert qapp is not None
    before = texts.language()
    texts.set_language(language)
    qt_translations.install()
    try:
        native = QKeySequence.SequenceFormat.NativeText
        for key in ("Ctrl+Return", "Ctrl+Enter"):
            assert QKeySequence(key).toString(native) == "Ctrl+Enter"
        space = QKeySequence("Space").toString(native)
        assert space == {"en": "Space", "zh_CN": "空格"}[language]
    finally:
        texts.set_language(before)
        qt_translations.install()


@pytest.mark.usefixtures("_sheet")
def test_keys_are_not_looked_for_in_translations(
    qtbot: QtBot, tmp_path: Path, first_port: int
) -> None:
    """They are written as Qt itself writes them; of all its names for keys 1 354 were asked for."""
    assert first_port
    asked: list[str] = []

    class Noted(QTranslator):
        def isEmpty(self) -> bool:
            return False

        def translate(
            self, context: str, source: str, disambiguation: str | None = None, count: int = -1
        ) -> str:
            asked.append(context)
            return None  # type: ignore[return-value]  # not known here

    noted = Noted()
    QCoreApplication.installTranslator(noted)
    try:
        window = app.create_window(tmp_path / "r.swb")
    finally:
        QCoreApplication.removeTranslator(noted)
    qtbot.addWidget(window)
    assert "QTabBar" in asked
    assert "QShortcut" not in asked


@pytest.fixture
def chinese(qapp: QApplication) -> Iterator[None]:
    assert qapp is not None
    texts.set_language("zh_CN")
    qt_translations.install()
    yield
    texts.set_language("en")
    qt_translations.install()


@pytest.mark.usefixtures("chinese")
def test_a_file_dialog_speaks_chinese_alone(qtbot: QtBot, tmp_path: Path) -> None:
    """With folders, files and their kinds in its list."""
    (tmp_path / "1").mkdir()
    (tmp_path / "2.3").write_text("")
    dialog = QFileDialog(None, "", str(tmp_path), "(*)")
    qtbot.addWidget(dialog)
    dialog.setOption(QFileDialog.Option.DontUseNativeDialog)
    dialog.setViewMode(QFileDialog.ViewMode.Detail)
    dialog.show()
    tree = dialog.findChild(QTreeView, "treeView")
    assert tree is not None
    model = tree.model()
    qtbot.waitUntil(lambda: model.rowCount(tree.rootIndex()) == 2)
    said = [label.text() for label in dialog.findChildren(QLabel)]
    for button in dialog.findChildren(QAbstractButton):
        said += [button.text(), button.toolTip(), button.accessibleName()]
    for column in range(model.columnCount()):
        said.append(str(model.headerData(column, Qt.Orientation.Horizontal)))
    kind = 2
    kinds = [
        str(model.index(row, kind, tree.rootIndex()).data())
        for row in range(model.rowCount(tree.rootIndex()))
    ]
    assert "文件夹" in kinds  # of the others the system's own table tells
    english = [text for text in said if re.search("[A-Za-z]{2}", text)]
    assert english == []
    assert len([text for text in said if text]) > 10
