"""What can be meant and hardly is has a warning with its line; what is meant has none."""

from __future__ import annotations

import pytest

from workbench.resources import resource
from workbench.scenario.model import ScenarioProblem, load, parse
from workbench.texts import LANGUAGES, set_language

CLIENT = 'endpoint.c = "127.0.0.1:9"\n'
STEP = 'step = [ { do = "start" } ]\n'
SERVER = '[endpoint.s]\nrole = "listener"\naddress = "127.0.0.1:0"\n'


def rules(*texts: str) -> str:
    listed = ", ".join(f"{{ {text} }}" for text in texts)
    return f'{STEP}{SERVER}responder = {{ kind = "rules", rules = [ {listed} ] }}\n'


def warned(text: str) -> list[tuple[int, str]]:
    return [
        (item.line, item.text) for item in parse(text).warnings if isinstance(item, ScenarioProblem)
    ]


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ('step = [\n  { do = "expect" },\n]\n' + CLIENT, 2, "nothing in particular"),
        (
            'step = [\n  { do = "loop", step = [\n    { do = "expect", within = 1 },\n  ] },\n]\n'
            + CLIENT,
            3,
            "nothing in particular",
        ),
        (
            rules('when = "dtaa", reply = "a"', 'match = "exact", value = "x", to = "data"'),
            5,
            "Did you mean data?",
        ),
        (rules('match = "any", reply = "a"', 'match = "exact", value = "x"'), 5, "never answers"),
        (STEP + CLIENT + '[values]\na = "{b}"\nb = "x"\n', 4, "{b} stands for nothing yet"),
        (STEP + CLIENT + '[values]\na = "{a}"\n', 4, "{a} stands for nothing yet"),
        (
            "step = [ { do = 'expect', regex = '(?<a>x)' } ]\n" + CLIENT,
            1,
            "write (?P<a>",
        ),
    ],
)
def test_a_doubt_has_its_line_and_the_way_out(text: str, line: int, words: str) -> None:
    for language in LANGUAGES:
        set_language(language)
        assert [each for each in warned(text) if each[0] == line and each[1]]
    set_language("en")
    assert any(each[0] == line and words in each[1] for each in warned(text)), warned(text)


@pytest.mark.parametrize(
    "text",
    [
        rules('match = "any", reply = "a", times = 2', 'match = "exact", value = "x"'),
        rules('when = "", match = "any", to = "b"', 'when = "b", reply = "x"'),
        rules('recall = { v = "k" }, reply = "{v}"', 'match = "any", reply = "none"'),
        rules('match = "any", reply = "{name}"', 'match = "any", reply = "none"'),
        STEP + CLIENT + '[values]\nb = "x"\na = "{b}"\nj = "{{b}}"\n',
    ],
)
def test_what_is_meant_is_not_doubted(text: str) -> None:
    words = ("never answers", "Did you mean", "nothing yet")
    assert not [each for each in warned(text) if any(word in each[1] for word in words)]


@pytest.mark.parametrize(
    "path", sorted(resource("scenarios").rglob("*.toml")), ids=lambda path: path.stem
)
def test_what_is_shipped_is_not_doubted(path: object) -> None:
    from pathlib import Path

    assert isinstance(path, Path)
    assert load(path).warnings == ()
