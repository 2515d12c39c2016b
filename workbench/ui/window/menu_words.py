"""The words of a menu entry for use elsewhere."""

from __future__ import annotations

from workbench.texts import tr


def plain_words(text: str) -> str:
    """An entry without its mnemonic: "&Open…", "打开(&O)…"."""
    before, bracket, rest = text.partition("(&")
    return before + rest[2:] if bracket else text.replace("&", "")


def title_of(command: str) -> str:
    """The title of the dialog that a command opens."""
    return plain_words(tr(f"menu.{command}")).rstrip("…")
