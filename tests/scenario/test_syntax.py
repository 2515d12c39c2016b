"""Whatever tomllib complains about is said in our words, at its line."""

from __future__ import annotations

import tomllib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench.scenario.syntax import explain_syntax
from workbench.texts import LANGUAGES, Problem, set_language


def broken(text: str) -> tuple[int, Problem]:
    with pytest.raises(tomllib.TOMLDecodeError) as caught:
        tomllib.loads(text)
    return explain_syntax(caught.value, text)


@pytest.mark.parametrize(("text", "line", "key"), [
    ('a = "x\n', 1, "line_end"), ('\na = "x\x01"\n', 2, "control"),
    ('a = """x\n', 1, "unterminated"), ("a = [\n'x\n]", 2, "unterminated"),
    ("a = 1\nb\n", 2, "equals"), ("[a\n", 1, "bracket"), ("[[a]\n", 1, "bracket"),
    ("a = 1 b = 2\n", 1, "after"), ("=1\n", 1, "key"), ("é = 1\n", 1, "letters"),
    ("a =\n", 1, "no_value"), ("a = yes\n", 1, "boolean"), ("a = ?\n", 1, "value"),
    ("a = b\n", 1, "quotes"), ('a = "\\q"\n', 1, "escape"), ("a = [1,\n", 1, "open"),
    ("a = { b = 1\n", 1, "inline"), ("a = 1\na = 2\n", 2, "twice_at"),
    ("[a]\n[a]\n", 2, "twice_at"), ("a = 1\n[a.b]\n", 2, "twice"),
    ("# 1\n# 2\na = [1,\n2", 4, "open"), ('a = [\n"]"\n1]', 3, "comma"),
    ('a = "[" # [\nb = ?\n', 2, "value"),
])  # fmt: skip
def test_what_is_wrong_and_where(text: str, line: int, key: str) -> None:
    where, problem = broken(text)
    reason = problem.args_["reason"]
    assert isinstance(reason, Problem)
    assert (where, reason.key) == (line, f"toml.{key}")
    for language in LANGUAGES:
        set_language(language)
        assert problem.text


@given(st.text(alphabet=st.sampled_from(list("ab=.,\"'[]{}#\\\n\t 1é\x00")), max_size=40))
def test_every_complaint_has_a_line_and_words(text: str) -> None:
    try:
        tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        line, problem = explain_syntax(error, text)
    else:
        return
    assert 1 <= line <= text.count("\n") + 1
    assert problem.text
