"""The newest call in large letters: its code, its result, and one sentence."""

from __future__ import annotations

import pytest

from tests.viewmodel.conftest import Talk
from workbench.explain.evidence import Evidence
from workbench.viewmodel.call_caption import caption_of, first_sentence


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("It listens. More of it.", "It listens."),
        ("It waits 0.5 s at 127.0.0.1. Then no more.", "It waits 0.5 s at 127.0.0.1."),
        ("没有人在监听。再试一次。", "没有人在监听。"),
        ("no end", "no end"),
    ],
)
def test_the_first_sentence(text: str, first: str) -> None:
    assert first_sentence(text) == first


def test_a_call_is_said_as_code_with_what_it_returned(talk: Talk) -> None:
    talk.until("server", lambda snapshot: snapshot.open_count == 1)
    rows = talk.reader.page(1, talk.committed)
    bind = next(row for row in rows if row.call == "bind")
    said = caption_of(bind, Evidence())
    assert "bind(('127.0.0.1', 0))" in said.call
    assert said.words.endswith(".")
    assert said.words == first_sentence(said.words)
    accept = next(row for row in rows if row.call == "accept" and row.error is None)
    assert "→" in caption_of(accept, Evidence()).call
