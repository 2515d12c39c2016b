"""Imports messages from a file of this program, of an older version of it, or of Packet Sender."""

from __future__ import annotations

from pathlib import Path

from workbench.texts import Problem
from workbench.viewmodel import messages_file, packet_sender
from workbench.viewmodel.messages_file import Saved
from workbench.viewmodel.saved_messages import from_settings, messages_in_json


def imported(path: Path) -> tuple[list[Saved], int]:
    """The messages, and how many entries could not be taken.

    Raises:
        Problem: the file cannot be read, or contains none.
    """
    text = messages_file.read(path)
    try:
        good, left = _understood(text)
    except Problem as problem:
        raise Problem("saved.not_read", path=str(path), reason=problem) from problem
    if not good:
        reason = Problem("saved.no_messages")
        raise Problem("saved.not_read", path=str(path), reason=reason)
    return good, left


def _understood(text: str) -> tuple[list[Saved], int]:
    begin = text.lstrip()
    if "[[message]]" in text:
        return messages_file.parsed(text), 0
    if begin.startswith("[") and begin[1:].lstrip()[:1] in {"{", "]"}:
        items = messages_in_json(text)
        if any(map(packet_sender.is_packet, items)):
            return packet_sender.from_json(items)
        return from_settings(items)
    return packet_sender.from_ini(text)
