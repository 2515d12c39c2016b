"""Signs that are not those of ASCII and look like them: of Chinese writing, typographic, unseen."""

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
"""Those that compatibility does not lead to the sign that is meant."""


def plain_sign(sign: str) -> str:
    """The sign of ASCII that is meant; "": none is, or it is one."""
    if sign.isascii():
        return ""
    made = _PLAIN.get(sign) or unicodedata.normalize("NFKC", sign)
    return made if len(made) == 1 and made.isascii() and made > " " else ""


def is_unseen(sign: str) -> bool:
    """Whether it is a space of another kind, or nothing that can be seen."""
    return not sign.isascii() and unicodedata.category(sign) in {"Zs", "Zl", "Zp", "Cf", "Cc"}


def code_point(sign: str) -> str:
    """As Unicode writes it."""
    return f"U+{ord(sign):04X}"
