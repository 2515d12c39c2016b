"""Characters that look like ASCII and are not: full-width, typographic, invisible."""

from __future__ import annotations

import unicodedata
from typing import Final

_PLAIN: Final = {
    **dict.fromkeys("、；", ","),
    **dict.fromkeys("“”„‟«»〝〞「」『』", '"'),
    **dict.fromkeys("‘’‚‛‹›", "'"),
    **dict.fromkeys("【〔", "["),
    **dict.fromkeys("】〕", "]"),
    **dict.fromkeys("－−–—‐‑", "-"),
    "。": ".",
}
"""Characters that compatibility decomposition does not map to the intended sign."""


def plain_sign(sign: str) -> str:
    """The ASCII sign that a character resembles; "": none, or it is ASCII."""
    if sign.isascii():
        return ""
    made = _PLAIN.get(sign) or unicodedata.normalize("NFKC", sign)
    return made if len(made) == 1 and made.isascii() and made > " " else ""


def is_unseen(sign: str) -> bool:
    """Whether it is a space of another kind, or invisible."""
    return not sign.isascii() and unicodedata.category(sign) in {"Zs", "Zl", "Zp", "Cf", "Cc"}


def code_point(sign: str) -> str:
    """A code point in the notation of Unicode."""
    return f"U+{ord(sign):04X}"
