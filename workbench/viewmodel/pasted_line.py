"""Understands a command line or web address pasted into a host field. Nothing is run."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import PurePath
from typing import Final

from workbench.texts import Problem
from workbench.viewmodel.command_words import CommandWords, command_words
from workbench.viewmodel.curl_line import curl_line, web_line
from workbench.viewmodel.nc_line import nc_line
from workbench.viewmodel.pasted_command import PastedCommand

_WEB: Final = re.compile(r"https?://", re.IGNORECASE)
_HALF: Final = re.compile("[\ud800-\udfff]")
"""Half of a character in UTF-16, which a clipboard may have cut: no encoding has it."""
_KINDS: Final[Mapping[str, Callable[[CommandWords], PastedCommand]]] = {
    "curl": curl_line, "nc": nc_line, "ncat": nc_line, "netcat": nc_line,
}  # fmt: skip


def pasted_command(text: str) -> PastedCommand | None:
    """Understand a line; None: it is neither, and is handled in the usual way."""
    text = _HALF.sub("\ufffd", text.strip())
    try:
        if _WEB.match(text) and not re.search(r"\s", text):
            return web_line(text)
        first = re.match(r"(?:\$\s+)?(\S+)\s", text)
        name = PurePath(first[1]).name.removesuffix(".exe").lower() if first is not None else ""
        if name not in _KINDS:
            return None
        found = command_words(text)
        made = _KINDS[name](found)
    except Problem as problem:
        return PastedCommand("", told=(problem,))
    more = []
    if found.filled_in:
        more.append(Problem("pasted.shell", word=found.filled_in))
    if found.rest:
        more.append(Problem("pasted.rest", rest=found.rest))
    return replace(made, told=(*made.told, *more))
