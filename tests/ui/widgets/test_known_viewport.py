"""The viewport that an area gives, found without making every class of widget."""

from __future__ import annotations

import subprocess
import sys

import pytest
from PySide6.QtWidgets import QAbstractScrollArea, QPlainTextEdit, QScrollArea, QTableView
from pytestqt.qtbot import QtBot

from workbench.ui.widgets.known_viewport import known_viewport


@pytest.mark.parametrize("kind", [QTableView, QPlainTextEdit, QScrollArea])
def test_it_is_the_one_that_the_area_has(qtbot: QtBot, kind: type[QAbstractScrollArea]) -> None:
    area = kind()
    qtbot.addWidget(area)
    found = known_viewport(area)
    assert found is area.viewport()
    assert found.parent() is area


def test_no_class_of_widget_is_made_for_it() -> None:
    """What PySide makes when it is first named is not in the module before."""
    code = (
        "import os; os.environ['QT_QPA_PLATFORM'] = 'offscreen'\n"
        "from PySide6 import QtWidgets\n"
        "app = QtWidgets.QApplication([])\n"
        "from workbench.ui.widgets.known_viewport import known_viewport\n"
        "area = QtWidgets.QTableView()\n"
        "kept = known_viewport(area)\n"
        "assert kept is area.viewport()\n"
        "print('QWizard' in vars(QtWidgets))\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "False\n"
