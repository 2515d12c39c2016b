"""Messages are kept in a store of plain lists, and exchanged as files."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from workbench.texts import Problem
from workbench.viewmodel.payload_form import PayloadForm
from workbench.viewmodel.saved_messages import HISTORY, Messages, Saved


class Lists:
    """A store in memory."""

    def __init__(self) -> None:
        self.kept: dict[str, list[dict[str, Any]]] = {}

    def read_list(self, key: str) -> list[dict[str, Any]]:
        return self.kept.get(key, [])

    def write_list(self, key: str, items: list[dict[str, Any]]) -> None:
        self.kept[key] = items


def test_what_was_sent_is_remembered_once_and_the_newest_first() -> None:
    messages = Messages(Lists())
    for text in ("a", "b", "a", *map(str, range(HISTORY))):
        messages.sent(PayloadForm(text))
    typed = [draft.typed for draft in messages.history]
    assert len(typed) == HISTORY
    assert typed[0] == str(HISTORY - 1)
    messages.sent(PayloadForm("7"))
    again = [draft.typed for draft in messages.history]
    assert again[0] == "7"
    assert again.count("7") == 1


def test_a_file_of_another_programs_is_refused_and_changes_nothing(tmp_path: Path) -> None:
    messages = Messages(Lists())
    messages.save(Saved("one", "", PayloadForm("x", encoding="gbk")))
    messages.write_file(tmp_path / "m.json")
    other = Messages(Lists())
    assert other.read_file(tmp_path / "m.json") == 1
    assert other.saved == messages.saved
    (tmp_path / "bad.json").write_text('[{"name": 3}]')
    with pytest.raises(Problem):
        other.read_file(tmp_path / "bad.json")
    assert len(other.saved) == 1
