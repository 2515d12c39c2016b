"""Every text exists once in each language, with the same gaps, and is asked for rightly."""

from __future__ import annotations

import ast
import re
import string
import tomllib
from collections.abc import Iterable
from pathlib import Path

import pytest

import workbench
from workbench import texts
from workbench.resources import resource
from workbench.texts import LANGUAGES, Problem, catalogue, set_language, system_language, tr

SOURCES = Path(workbench.__file__).parent
AREAS = sorted(path.name.split(".")[0] for path in resource("texts").glob("*.en.toml"))


def area(name: str, language: str) -> dict[str, str]:
    found: dict[str, str] = {}

    def flatten(prefix: str, table: dict[str, object]) -> None:
        for key, value in table.items():
            if isinstance(value, dict):
                flatten(f"{prefix}{key}.", value)
            else:
                assert isinstance(value, str), (name, prefix + key)
                found[prefix + key] = value

    text = resource(f"texts/{name}.{language}.toml").read_text(encoding="utf-8")
    flatten("", tomllib.loads(text))
    return found


def missing_files(languages: Iterable[str]) -> list[str]:
    """What a language lacks: a file for each area that English has."""
    files = [resource(f"texts/{name}.{code}.toml") for name in AREAS for code in languages]
    return [path.name for path in files if not path.is_file()]


def test_every_language_has_every_file() -> None:
    lacking = missing_files(LANGUAGES)
    assert not lacking, f"resources/texts lacks {', '.join(lacking)}: translate the English ones"
    assert missing_files(["nl"])[0] == f"{AREAS[0]}.nl.toml"  # what a new one is told


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_names_the_next_and_qt_speaks_it(language: str) -> None:
    set_language(language)
    assert texts.next_language() in set(LANGUAGES) - {language}
    assert bool(texts.qt_words()) is (language != "en")


@pytest.mark.parametrize("name", AREAS)
@pytest.mark.parametrize("language", LANGUAGES)
def test_a_file_says_what_it_says_as_toml(name: str, language: str) -> None:
    text = resource(f"texts/{name}.{language}.toml").read_text(encoding="utf-8")
    assert texts._read(text) == area(name, language)


@pytest.mark.parametrize("text", [
    '[a]\nx = "1"\n\n# y = "2"\n[a.b-c]\nx.y = "3"\n',
    '[a]\nx = "a \\"b\\" \\\\ \\n \\u4e2d"\ny = "z"\n',
    "[a]\nx = 'plain \\ one'\ny = \"z\" # why\n  z = \"w\"\n",
    '[a]\nx = """\ntwo\nlines"""\ny = "z"\n[b]\nq = "r"\n',
    '[a]\n"x y" = "1"\n[ b ]\ny = "2"\n["c d"]\nz = "3"\n',
])  # fmt: skip
def test_whatever_toml_a_file_is_it_is_read_as_that(text: str) -> None:
    wanted: dict[str, str] = {}
    texts._flatten("", tomllib.loads(text), wanted)
    assert texts._read(text) == wanted


def gaps(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}


@pytest.mark.parametrize("language", LANGUAGES[1:])
@pytest.mark.parametrize("name", AREAS)
def test_every_language_has_the_same_keys_and_gaps(name: str, language: str) -> None:
    english, other = area(name, "en"), area(name, language)
    file = f"resources/texts/{name}.{language}.toml"
    lacking, over = english.keys() - other.keys(), other.keys() - english.keys()
    assert not lacking, f"{file} lacks {', '.join(sorted(lacking))}"
    assert not over, f"{file} has {', '.join(sorted(over))}, and English has not"
    for key, text in english.items():
        assert gaps(text) == gaps(other[key]), f"{file}: {key} has other gaps than in English"
        assert bool(text.strip()) == bool(other[key].strip()), f"{file}: {key} is empty"


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_key_stands_in_two_areas(language: str) -> None:
    files = {path.name for path in resource("texts").iterdir()}
    assert files == {f"{name}.{lang}.toml" for name in AREAS for lang in LANGUAGES}
    keys = [key for name in AREAS for key in area(name, language)]
    assert sorted(keys) == sorted(catalogue(language))


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_text_is_found_whichever_is_asked_for_first(language: str) -> None:
    known = {key: text for name in AREAS for key, text in area(name, language).items()}
    for first in {key.partition(".")[0]: key for key in known}.values():
        assert texts._Texts(language)[first] == known[first]  # nothing is parsed yet
    asked = texts._Texts(language)
    assert {key: asked[key] for key in known} == known
    with pytest.raises(KeyError):
        asked["ui.there_is_none"]


def test_what_is_not_asked_for_is_not_parsed() -> None:
    asked = texts._Texts("en")
    assert asked["cli.failed"]
    assert not [key for key in asked if not key.startswith("cli.")]


def literal_calls() -> list[tuple[str, str, set[str] | None]]:
    """Where, key, and the named values (None: handed on with **) of each tr() and Problem()."""
    found = []
    for path in sorted(SOURCES.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.Call) or not node.args:
                continue
            called = node.func.id if isinstance(node.func, ast.Name) else None
            first = node.args[0]
            if called not in {"tr", "Problem"} or not isinstance(first, ast.Constant):
                continue
            names = {item.arg for item in node.keywords if item.arg is not None}
            whole = len(names) == len(node.keywords) and len(node.args) == 1
            found.append((f"{path.name}:{node.lineno}", str(first.value), names if whole else None))
    return found


def test_what_the_program_asks_for_exists_and_gets_its_values() -> None:
    calls = literal_calls()
    assert len(calls) > 100
    known = catalogue("en")
    wrong = [
        (where, key)
        for where, key, names in calls
        if key not in known or (names is not None and not gaps(known[key]) <= names)
    ]
    assert not wrong


def test_a_problem_is_worded_when_it_is_shown() -> None:
    problem = Problem("address.port_text", port="http")
    assert str(problem) == "The port must be a number from 0 to 65535; “http” is not."
    set_language("zh_CN")
    assert str(problem) == problem.text == "端口必须是 0 到 65535 的数字，“http”不是。"
    assert problem.key == "address.port_text"
    assert problem.args_ == {"port": "http"}


def test_a_problem_in_a_problem_follows_the_language() -> None:
    inner = Problem("option.missing", name="SO_MARK")
    outer = Problem("option.not_here", name="AF_X25", reason=inner)
    assert "This system has no SO_MARK" in str(outer)
    set_language("zh_CN")
    assert "本系统没有 SO_MARK" in str(outer)


def test_a_value_may_hold_braces() -> None:
    assert "{port}" in str(Problem("address.port_text", port="{port}"))


def test_an_unknown_key_is_a_fault_of_the_program() -> None:
    assert not texts.has("no.such_key")
    with pytest.raises(KeyError):
        tr("no.such_key")


def test_an_unknown_language_is_refused() -> None:
    with pytest.raises(ValueError, match="zh_CN"):
        set_language("fr")
    assert texts.language() == "en"


@pytest.mark.parametrize(
    ("locale", "wanted"),
    [("zh_CN.UTF-8", "zh_CN"), ("zh-Hans", "zh_CN"), ("Chinese (Simplified)_China", "zh_CN"),
     ("de_DE.UTF-8", "en"), ("C", "en"), ("POSIX", "en")],
)  # fmt: skip
def test_the_system_names_the_language(
    monkeypatch: pytest.MonkeyPatch, locale: str, wanted: str
) -> None:
    monkeypatch.setenv("LC_ALL", "")
    monkeypatch.delenv("LC_MESSAGES", raising=False)
    monkeypatch.setenv("LANG", locale)
    assert system_language() == wanted


def test_lc_all_comes_before_lang(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LC_ALL", "zh_CN.UTF-8")
    monkeypatch.setenv("LANG", "en_US.UTF-8")
    assert system_language() == "zh_CN"


def named_in_code() -> tuple[set[str], re.Pattern[str]]:
    """The strings that stand in the code, and a pattern of those that it puts together."""
    whole: set[str] = set()
    patterns: set[str] = set()
    for path in (*SOURCES.rglob("*.py"), *(SOURCES.parent / "scripts").glob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                whole.add(node.value)
            elif isinstance(node, ast.JoinedStr):
                parts = [str(p.value) if isinstance(p, ast.Constant) else None for p in node.values]
                fixed = "".join(part or "" for part in parts)
                if re.search(r"[a-z]{3}", fixed) and re.search(r"[._]", fixed):
                    patterns.add("".join(".+" if p is None else re.escape(p) for p in parts))
    return whole, re.compile("|".join(f"(?:{pattern})" for pattern in patterns))


def test_every_text_may_be_said() -> None:
    """What stands in no file of the program, whole or in parts, is of a thing that is gone."""
    whole, made = named_in_code()
    assert not made.fullmatch("cli.no_such_text")
    kinds = ("udp.", "unix.", "unix_abstract.", "unix_datagram.", "ipv6.")  # `fitting` puts them on
    unsaid = []
    for name in AREAS:
        for key in area(name, "en"):
            plain = key.partition(".")[2] if key.startswith(kinds) else key
            said = plain in whole or plain.rpartition(".")[2] in whole or made.fullmatch(plain)
            unsaid += [] if said else [f"{name}: {key}"]
    assert not unsaid


@pytest.mark.parametrize(
    ("language", "said", "names"),
    [("en", "Once. Twice.", "server-1, client-1"), ("zh_CN", "Once.Twice.", "server-1、client-1")],
)
def test_sentences_and_lists_are_put_together_as_a_language_does(
    language: str, said: str, names: str
) -> None:
    set_language(language)
    try:
        assert texts.sentences("Once.", "", "Twice.") == said
        assert texts.listed(["server-1", "client-1"]) == names
    finally:
        set_language("en")
