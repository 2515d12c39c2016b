"""Icons: each drawing can have any colour, and the program's own has every size."""

from __future__ import annotations

from PySide6.QtWidgets import QApplication

from workbench.resources import resource
from workbench.ui.style import icons
from workbench.ui.style.theme import LIGHT


def test_icons_say_where_they_come_from() -> None:
    folder = resource("icons")
    assert (folder / "LICENSE.lucide.txt").is_file()
    for path in folder.glob("*.svg"):
        assert "currentColor" in path.read_text(encoding="utf-8")


def test_the_application_has_an_icon_in_every_size(qapp: QApplication) -> None:
    icon = icons.app_icon()
    sides = {size.width() for size in icon.availableSizes()}
    assert sides == set(icons.APP_SIDES)
    for side in sides:
        drawn = icon.pixmap(side, side).toImage()
        middle = drawn.pixelColor(side // 2, side - side // 8)
        assert middle.name() == LIGHT.highlight
        assert drawn.pixelColor(0, 0).alpha() == 0
