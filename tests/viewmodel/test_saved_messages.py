"""Messages are kept in a store of plain lists, and exchanged as files."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from workbench.texts import Problem
from workbench.viewmodel.messages_file import Saved
from workbench.viewmodel.payload_form import PayloadForm
from workbench.viewmodel.saved_messages import HISTORY, MOST, Messages


class Lists:
    """A store in memory."""

    def __init__(self) -> None:
        self.kept: dict[str, list[dict[str, Any]]] = {}

    def read_list(self, key: str) -> list[dict[str, Any]]:
        return self.kept.get(key, [])

    def write_list(self, key: str, items: list[dict[str, Any]]) -> None:
        self.kept[key] = items


def test_what_was_sent_is_remembered_once_and_the_newest_first(tmp_path: Path) -> None:
    messages = Messages(Lists(), tmp_path / "m.toml")
    for text in ("a", "b", "a", *map(str, range(HISTORY))):
        messages.sent(PayloadForm(text))
    typed = [draft.typed for draft in messages.history]
    assert len(typed) == HISTORY
    assert typed[0] == str(HISTORY - 1)
    messages.sent(PayloadForm("7"))
    again = [draft.typed for draft in messages.history]
    assert again[0] == "7"
    assert again.count("7") == 1


def test_they_stay_in_a_file_in_their_order(tmp_path: Path) -> None:
    messages = Messages(Lists(), tmp_path / "m.toml")
    seen: list[int] = []
    messages.watch(lambda: seen.append(len(messages.saved)))
    one, two, three = (Saved(name, "", PayloadForm(name)) for name in ("one", "two", "three"))
    for item in (one, two, three):
        messages.save(item)
    messages.save(replace(one, target="client-1"))  # in its place
    one = replace(one, target="client-1")
    assert messages.saved == [one, two, three]
    messages.move(three, -2)
    messages.move(three, -1)
    assert messages.saved == [three, one, two]
    messages.change(two, replace(two, name="2"))
    with pytest.raises(Problem, match="one"):
        messages.change(three, replace(three, name="one"))
    messages.forget(one)
    assert [item.name for item in messages.saved] == ["three", "2"]
    messages.add([replace(two, name="2")])
    assert [item.name for item in messages.saved] == ["three", "2", "2 (2)"]
    assert seen[-1] == 3
    assert Messages(Lists(), tmp_path / "m.toml").saved == messages.saved
    with pytest.raises(Problem, match=str(MOST)):
        messages.add([one] * MOST)


def test_what_another_writes_is_seen_and_not_written_over(tmp_path: Path) -> None:
    path = tmp_path / "m.toml"
    messages, other = Messages(Lists(), path), Messages(Lists(), path)
    messages.save(Saved("a", "", PayloadForm("a")))
    other.save(Saved("b", "", PayloadForm("b")))
    messages.save(Saved("c", "", PayloadForm("c")))
    assert [item.name for item in other.saved] == ["a", "b", "c"]


def test_a_damaged_file_is_said_once_and_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "m.toml"
    path.write_text("[[message]]\nname = 3\n", encoding="utf-8")
    messages = Messages(Lists(), path)
    told: list[Problem] = []
    messages.told = told.append
    assert messages.saved == []
    assert messages.saved == []
    assert [problem.key for problem in told] == ["saved.not_read"]
    with pytest.raises(Problem, match="Message 1: name"):
        messages.save(Saved("a", "", PayloadForm("a")))
    assert path.read_text(encoding="utf-8") == "[[message]]\nname = 3\n"
    path.write_text("", encoding="utf-8")  # somebody has mended it
    messages.save(Saved("a", "", PayloadForm("a")))
    assert len(messages.saved) == 1


def test_those_of_the_settings_are_taken_over_once(tmp_path: Path) -> None:
    store = Lists()
    store.write_list("saved_messages", [
        {"name": "one", "folder": "f", "typed": "x", "encoding": "gbk"}, {"name": 3},
    ])  # fmt: skip
    messages = Messages(store, tmp_path / "m.toml")
    assert messages.saved == [Saved("one", "f", PayloadForm("x", encoding="gbk"))]
    messages.forget(messages.saved[0])
    (tmp_path / "m.toml").unlink()
    assert Messages(store, tmp_path / "m.toml").saved == []


def test_another_file_holds_them_from_now_on(tmp_path: Path) -> None:
    messages = Messages(Lists(), tmp_path / "m.toml")
    messages.save(Saved("a", "", PayloadForm("a")))
    messages.save_as(tmp_path / "team.toml")
    messages.save(Saved("b", "", PayloadForm("b")))
    assert len(Messages(Lists(), tmp_path / "m.toml").saved) == 1
    messages.open(tmp_path / "m.toml")
    assert [item.name for item in messages.saved] == ["a"]
    (tmp_path / "bad.toml").write_text("x = 1", encoding="utf-8")
    with pytest.raises(Problem, match="no messages"):
        messages.open(tmp_path / "bad.toml")
    assert messages.path == tmp_path / "m.toml"
