"""Every sentence of how an expectation judges is in the record, whole in both languages."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

import pytest

from tests.scenario.conftest import PAIR, Play, steps
from workbench.journal.notes import note_text
from workbench.journal.reader import Row
from workbench.texts import LANGUAGES, set_language

LINES = PAIR.replace("timeout = 5.0\n", 'timeout = 5.0\nmessages = { ends = "\\n" }\n')
OPEN = steps("do = 'start'; endpoint = 'server'", "do = 'connect'; endpoint = 'client'; count = 2")
SAY = steps(
    'do = "send"; endpoint = "server"; connection = 1;'
    ' text = "{\\"data\\":{\\"items\\":[{\\"id\\":7}]}}\\nx\\nx\\n"'
)
CLOSE = steps("do = 'close'; endpoint = 'server'; connection = 1")
THERE = steps(
    "do = 'expect'; endpoint = 'client'; connection = 1; text = 'x'; keep = true; within = 30"
)
FAILING = {
    "json_other": "connection = 1; json = { 'data.items.0.id' = 8 }",
    "json_missing": "connection = 1; json = { 'data.token' = '*' }",
    "json_item": "connection = 1; json = { 'data.items.1' = '*' }",
    "json_length": "connection = 1; json = { data = { items = [] } }",
    "json_other_whole": "connection = 1; json = 'true'",
    "json_none": "connection = 1; json = {}; next = true",
    "next_passes_none": "connection = 1; text = 'x'; next = true",
    "too_many": "connection = 1; text = 'x'; exact = true",
    "not_in_each": "text = 'x'; each = true",
    "too_slow": "connection = 1; text = 'x'; at_most = 0",
    "too_early": "connection = 1; text = 'x'; not_before = 30",
    "still_open": "closed = true",
    "ended_fin_peer": "connection = 1; closed = 'reset'",
    "unread_first": "connection = 1; closed = 'fin'; next = true",
    "left_out": "connection = 1; text = 'y'",
    "absent_whole": "connection = 1; text = 'y'; absent = true",
    "absent_anywhere": "connection = 1; text = 'y'; absent = true",
    "absent_hex": "connection = 1; hex = 'ff'; absent = true",
}


@pytest.fixture(autouse=True)
def _restored() -> Iterator[None]:
    yield
    set_language("en")


@pytest.mark.parametrize("key", FAILING)
def test_a_verdict_is_a_whole_sentence(play: Play, rows: Callable[[], list[Row]], key: str) -> None:
    begin = LINES
    if key == "left_out":
        begin = LINES.replace("timeout = 5.0\n", "timeout = 5.0\nignore = [{ json = {} }]\n")
    if key in {"absent_anywhere", "absent_hex"}:
        begin = PAIR
    talk = begin + OPEN + SAY + (CLOSE if key in {"ended_fin_peer", "unread_first"} else "")
    if key == "json_none":
        talk = (
            begin + OPEN + steps('do = "send"; endpoint = "server"; connection = 1; text = "x\\n"')
        )
    elif begin is not PAIR:
        talk += THERE
    within = "; within = 0.1"
    if key in {"too_slow", "too_early"}:
        within = ""
    elif "next" in FAILING[key]:
        within = "; within = 30"  # fails as soon as something else came
    if key == "ended_fin_peer":
        talk += THERE.replace("text = 'x'", "closed = 'fin'")
    report = play(talk + steps(f"do = 'expect'; endpoint = 'client'; {FAILING[key]}{within}"))
    assert report.ok is key.startswith("absent")
    verdict = next(row for row in rows()[::-1] if row.call in {"step_failed", "step_held"})
    assert f"scenario.{key}" in verdict.args
    told = set()
    for language in LANGUAGES:
        set_language(language)
        last = report.steps[-1]
        said = last.said if last.reason is None else last.reason
        assert said is not None
        assert said.text in note_text(verdict)
        assert re.search(r"\{[a-z_]+\}", said.text) is None
        assert "scenario." not in said.text
        told.add(said.text)
    assert len(told) == len(LANGUAGES)
