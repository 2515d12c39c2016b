"""The newest call in large letters for a projector: as code, its result, and one sentence."""

from __future__ import annotations

import re

from workbench.explain.evidence import Evidence
from workbench.explain.explain import explain
from workbench.journal.reader import Row
from workbench.named_tuple import NamedTuple
from workbench.viewmodel.log_cells import result_text, title_of


class CallCaption(NamedTuple):
    """The three lines about a call.

    Attributes:
        call: as code, and its result. words: the first sentence of its meaning.
    """

    call: str
    words: str


def caption_of(row: Row, evidence: Evidence) -> CallCaption:
    """The caption of a call; its sentence begins with what the call returned."""
    shown, result = explain(row, title=title_of(row), evidence=evidence), result_text(row)
    paragraphs = [text for section in shown.sections for text in section.paragraphs]
    return CallCaption(
        f"{shown.python}  → {result}" if shown.python and result else shown.python or shown.title,
        first_sentence(paragraphs[0]) if paragraphs else "",
    )


def first_sentence(text: str) -> str:
    """The text up to the first full stop that ends a sentence; those in "127.0.0.1" and "0.5 s" do
    not.
    """
    found = re.search(r"[.](?=\s)|。", text)
    return text if found is None else text[: found.end()]
