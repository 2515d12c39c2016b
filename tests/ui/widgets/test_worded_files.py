"""The list of a file dialog speaks the window's language, and is sorted as ever."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QFileInfo, QLocale, Qt, QTimer
from PySide6.QtWidgets import QApplication, QFileDialog, QLineEdit, QTreeView, QWidget
from pytestqt.qtbot import QtBot

from workbench import texts
from workbench.ui.style import qt_translations
from workbench.ui.widgets.file_dialogs import open_name, save_name
from workbench.ui.widgets.worded_files import DATE, KIND, SIZE, WordedFiles, word_columns

NAMES = {"b.toml": 3_000, "a.csv": 10, "noending": 2_000_000}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name, size in NAMES.items():
        (tmp_path / name).write_bytes(bytes(size))
    (tmp_path / "sub").mkdir()
    return tmp_path


@pytest.fixture(params=["en", "zh_CN"])
def language(request: pytest.FixtureRequest, qapp: QApplication) -> Iterator[str]:
    assert qapp is not None
    texts.set_language(request.param)
    qt_translations.install()
    yield request.param
    texts.set_language("en")
    qt_translations.install()


def table(dialog: QFileDialog, qtbot: QtBot) -> QTreeView:
    qtbot.addWidget(dialog)
    dialog.setOption(QFileDialog.Option.DontUseNativeDialog)
    dialog.setViewMode(QFileDialog.ViewMode.Detail)
    dialog.show()
    tree = dialog.findChild(QTreeView, "treeView")
    assert tree is not None
    qtbot.waitUntil(lambda: tree.model().rowCount(tree.rootIndex()) == len(NAMES) + 1)
    return tree


def column(tree: QTreeView, number: int) -> dict[str, str]:
    model, root = tree.model(), tree.rootIndex()
    rows = range(model.rowCount(root))
    return {
        str(model.index(row, 0, root).data()): str(model.index(row, number, root).data())
        for row in rows
    }


def test_sizes_kinds_and_dates_are_in_the_language_of_the_window(
    language: str, folder: Path, qtbot: QtBot
) -> None:
    dialog = QFileDialog(None, "", str(folder), "(*)")
    dialog.setProxyModel(WordedFiles(QLocale(language), dialog))
    tree = table(dialog, qtbot)
    chinese = language == "zh_CN"
    sizes, kinds, dates = (column(tree, number) for number in (SIZE, KIND, DATE))
    assert sizes["a.csv"] == ("10 字节" if chinese else "10 bytes")
    assert sizes["sub"] == ""
    assert kinds == (
        {"sub": "文件夹", "a.csv": "CSV 文件", "b.toml": "TOML 文件", "noending": "文件"}
        if chinese
        else {"sub": "Folder", "a.csv": "CSV File", "b.toml": "TOML File", "noending": "File"}
    )
    changed = QFileInfo(str(folder / "a.csv")).lastModified()
    assert dates["a.csv"] == QLocale(language).toString(changed, QLocale.FormatType.ShortFormat)


def test_it_is_sorted_by_what_a_size_is_and_not_by_its_text(folder: Path, qtbot: QtBot) -> None:
    dialog = QFileDialog(None, "", str(folder), "(*)")
    dialog.setProxyModel(WordedFiles(QLocale("zh_CN"), dialog))
    tree = table(dialog, qtbot)
    by_size = sorted(NAMES, key=NAMES.__getitem__)
    for order, wished in (
        (Qt.SortOrder.AscendingOrder, by_size),
        (Qt.SortOrder.DescendingOrder, by_size[::-1]),
    ):
        tree.sortByColumn(SIZE, order)
        files = [name for name in column(tree, SIZE) if name != "sub"]
        assert files == wished


def test_a_system_of_the_same_language_words_its_own(
    language: str, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    for system in ("en_GB", "zh_CN", "de_DE"):
        monkeypatch.setattr(QLocale, "system", lambda system=system: QLocale(system))
        dialog = QFileDialog()
        qtbot.addWidget(dialog)
        word_columns(dialog)
        assert (dialog.proxyModel() is None) == (system[:2] == language[:2])


def answered(qtbot: QtBot, act: Callable[[QFileDialog], object]) -> None:
    """Act on the dialog that is about to wait for an answer, once it is there."""

    def look() -> None:
        dialog = QApplication.activeModalWidget()
        if isinstance(dialog, QFileDialog):
            act(dialog)
        else:
            QTimer.singleShot(0, look)

    QTimer.singleShot(0, look)


def typed(name: str) -> Callable[[QFileDialog], None]:
    def act(dialog: QFileDialog) -> None:
        field = dialog.findChild(QLineEdit, "fileNameEdit")
        assert field is not None
        field.setText(name)
        dialog.accept()

    return act


def test_a_name_is_asked_for_and_nothing_is_an_answer_too(folder: Path, qtbot: QtBot) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    answered(qtbot, typed(str(folder / "a.csv")))
    assert open_name(window, "", str(folder), "CSV (*.csv)") == str(folder / "a.csv")
    answered(qtbot, lambda dialog: dialog.reject())
    assert open_name(window, "", str(folder), "") == ""
    proposed: list[str] = []

    def take(dialog: QFileDialog) -> None:
        field = dialog.findChild(QLineEdit, "fileNameEdit")
        assert field is not None
        proposed.append(field.text())
        dialog.selectNameFilter("text (*.txt)")
        dialog.accept()

    answered(qtbot, take)
    filters = "csv (*.csv);;text (*.txt)"
    found, chosen = save_name(window, "", str(folder / "new.csv"), filters)
    assert (found, chosen) == (str(folder / "new.txt"), "text (*.txt)"), "Qt fits the suffix"
    assert proposed == ["new.csv"]
    answered(qtbot, lambda dialog: dialog.reject())
    assert save_name(window, "", "new.csv", filters) == ("", "")
