"""Tool tips of foreign text: addresses, bytes, paths."""

from __future__ import annotations

from PySide6.QtGui import Qt


def plain_tip(text: str) -> str:
    """The text as a tool tip that Qt does not take for markup, which it guesses for each tip."""
    if not Qt.mightBeRichText(text):
        return text
    import html  # contains a table of two thousand names; few tips need it

    return f"<qt>{html.escape(text).replace(chr(10), '<br>')}</qt>"
