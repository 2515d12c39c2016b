"""Any typing gets a value or a sentence."""

from __future__ import annotations

import pytest

from workbench.texts import LANGUAGES, Problem, set_language
from workbench.viewmodel import parse_fields


@pytest.mark.parametrize("text", ["", "x", "-1", "65536", "1e3", "٣", "12.5", " ", "0x50"])
def test_a_bad_port_is_explained(text: str) -> None:
    with pytest.raises(Problem) as caught:
        parse_fields.parse_port(text, zero=True)
    assert caught.value.text


def test_port_zero_only_binds() -> None:
    assert parse_fields.parse_port("0", zero=True) == 0
    with pytest.raises(Problem, match="lets the kernel choose"):
        parse_fields.parse_port("0", zero=False)


@pytest.mark.parametrize("text", ["-1", "99999999999", "many", ""])
def test_a_bad_backlog_is_explained(text: str) -> None:
    with pytest.raises(Problem):
        parse_fields.parse_backlog(text)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("", None),
        ("none", None),
        ("NONE", None),
        ("3.0 s", 3.0),
        ("0", 0.0),
        ("0.5s", 0.5),
        ("2 秒", 2.0),
    ],
)
def test_timeouts(text: str, value: float | None) -> None:
    assert parse_fields.parse_timeout(text) == value


@pytest.mark.parametrize("text", ["-1", "soon", "nan", "inf", "1e9", "--"])
def test_a_bad_timeout_is_explained(text: str) -> None:
    with pytest.raises(Problem):
        parse_fields.parse_timeout(text)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("value", [None, 0.0, 3.0, 0.25])
def test_a_shown_timeout_reads_back(language: str, value: float | None) -> None:
    set_language(language)
    assert parse_fields.parse_timeout(parse_fields.show_timeout(value)) == value
