"""Tool tips of foreign text: addresses, bytes, paths."""

from __future__ import annotations

from PySide6.QtGui import Qt


def plain_tip(text: str) -> str:
    """The text as a tool tip that Qt takes for no markup: it decides that for each by itself."""
    if not Qt.mightBeRichText(text):
        return text
    import html  # with a table of two thousand names; few tips need it

    return f"<qt>{html.escape(text).replace(chr(10), '<br>')}</qt>"
