"""A text that would keep the program busy is refused in a sentence, at its line, at once."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.scenario.conftest import PAIR, inner_key
from workbench.scenario import limits
from workbench.scenario.model import ScenarioProblem, load, parse
from workbench.texts import LANGUAGES, Problem, set_language

LOOP = '{do="loop",times=2,step=['


def nested(depth: int) -> str:
    return f'step = [{LOOP * depth}{{do="wait",seconds=0}}{"]}" * depth}]\n'


def refused(text: str) -> ScenarioProblem:
    with pytest.raises(ScenarioProblem) as caught:
        parse(text)
    for language in LANGUAGES:
        set_language(language)
        assert caught.value.text.isprintable()
        assert len(caught.value.text) < 1_000
    return caught.value


@pytest.mark.parametrize(
    "text",
    [
        nested(300),
        nested(100_000),
        "x = " + "[" * 5_000 + "]" * 5_000,
        "x = " + "{a=" * 500,
        ".".join("a" * 20_000) + " = 1",
        "[" + ".".join("a" * 20_000) + "]",
        ". " * 20_000,
        "\n".join("[[" + ".".join(["loop"] * depth) + "]]" for depth in range(1, 90)),
    ],
    ids=range(8),
)
def test_what_stands_in_one_another_has_an_end(text: str) -> None:
    found = refused(f"\n\n{text}")
    assert inner_key(found) == "scenario.too_deep"
    assert found.line >= 3


def test_what_is_written_by_hand_fits() -> None:
    parse(nested(20) + PAIR)
    dots = ".".join(["1"] * 5_000)
    parse(
        f'title = "{dots}[[[[{"[" * 100}"  # {dots}\n{PAIR}'
        f"""[[step]]\ndo = "note"\ntext = '''\n{dots}\n{"{" * 99}'''\n"""
    )


@pytest.mark.parametrize(
    "number",
    [
        "9" * 5_000,
        "0x" + "f" * 5_000,
        "9223372036854775808",
        "-9223372036854775809",
        "1_000" * 2_000,
    ],
)
@pytest.mark.parametrize(
    "key", ["backlog", "bufsize", "protocol", "count", "name", "options.SO_RCVBUF"]
)
def test_a_number_beyond_toml_is_pointed_at(number: str, key: str) -> None:
    text = PAIR.replace("[endpoint.client]", f"[endpoint.client]\n{key} = {number}", 1)
    assert number in text
    found = refused(text)
    assert inner_key(found) == "scenario.too_long_number"
    assert found.line == text[: text.index(number)].count("\n") + 1


@pytest.mark.parametrize("quotes", ['"', "'", '"""', "'''", '\\"', "#", '"\\'])
def test_what_nobody_closes_is_looked_at_once(quotes: str) -> None:
    for text in (quotes * 100_000, f"a = {quotes}" + f"{quotes} " * 50_000):
        limits.check_text(text)
        with suppress(Problem):
            parse(text[:20_000])


def test_a_file_without_end_is_not_read(tmp_path: Path) -> None:
    path = tmp_path / "big.toml"
    path.write_text("#" * (limits.LARGEST + 1))
    with pytest.raises(Problem) as caught:
        load(path)
    assert "scenario.too_large" in inner_key(caught.value)


@given(st.text("[]{}.=,\"'#\n\\ a1_-", max_size=60))
def test_any_text_is_read_or_refused(text: str) -> None:
    with suppress(Problem):
        parse(text)
