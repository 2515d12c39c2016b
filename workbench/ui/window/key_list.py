"""The manual's page of all keys, made from the table of commands."""

from __future__ import annotations

from PySide6.QtGui import QKeySequence

from workbench.texts import tr
from workbench.ui.window.action_table import ACTIONS, MENUS
from workbench.ui.window.menu_words import plain_words
from workbench.viewmodel.manual import Page, page


def key_page() -> Page:
    """A table for each menu, with the keys as this system writes them."""
    lines = [f"# {tr('manual.keys')}", ""]
    for menu in MENUS:
        inside = {menu, *(row.id for row in ACTIONS if row.menu == menu and row.submenu)}
        rows = [row for row in ACTIONS if row.menu in inside and row.keys]
        if not rows:
            continue
        heads = f"| {tr('manual.command')} | {tr('manual.key')} | |"
        lines += [f"## {plain_words(tr(f'menu.{menu}'))}", "", heads, "|---|---|---|"]
        for row in rows:
            keys = ", ".join(
                QKeySequence(key).toString(QKeySequence.SequenceFormat.NativeText)
                for key in row.keys
            )
            lines.append(
                f"| {_cell(plain_words(tr(f'menu.{row.id}')))} | `{keys}` | "
                f"{_cell(tr(f'menutip.{row.id}'))} |"
            )
        lines.append("")
    lines += [tr("manual.other_keys"), ""]
    return page("keys", "\n".join(lines))


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")
