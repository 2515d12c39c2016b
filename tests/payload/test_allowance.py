"""A small file cannot fill memory: what its values and lengths are filled to is bounded."""

from __future__ import annotations

from pathlib import Path

import pytest

from workbench import texts
from workbench.payload import notation
from workbench.payload.hex_patterns import filled_pattern
from workbench.payload.notation import Allowance
from workbench.payload.templates import Value, hex_template, text_template
from workbench.scenario.model import parse
from workbench.scenario.runner import Runner
from workbench.session import Session
from workbench.texts import Problem

MIB = 1 << 20
VALUES = {"a": Value(bytes(MIB // 16)), "b": Value(b"1")}


@pytest.fixture(autouse=True)
def _small(monkeypatch: pytest.MonkeyPatch) -> None:
    """So that what is too long is quickly made."""
    assert notation.MOST == 64 * MIB
    monkeypatch.setattr(notation, "MOST", MIB)


def test_all_parts_count() -> None:
    made = Allowance()
    made.take(MIB - 1)
    made.take(1)
    with pytest.raises(Problem) as caught:
        made.take(1)
    assert caught.value.key == "template.too_long"
    for lang in texts.LANGUAGES:
        texts.set_language(lang)
        assert " 1 MiB" in caught.value.text


@pytest.mark.parametrize("source", ["{a}" * 17, "{random:99999}" * 11, "{base64:a}" * 13])
def test_a_text_with_too_much_in_it_is_none(source: str) -> None:
    names = (*VALUES, "random", "base64")
    assert len(text_template("{a}" * 16, names, "utf-8").fill(VALUES)) == MIB
    with pytest.raises(Problem, match=" 1 MiB"):
        text_template(source, names, "utf-8").fill(VALUES)


@pytest.mark.parametrize("source", [
    "{a}" * 17, "pad99999[{b}]" * 11, "u32[u32[{a}] {a}]" * 9, "align65536[{b}]" * 17,
    "{random_bytes:99999}" * 11,
])  # fmt: skip
def test_nor_is_hex(source: str) -> None:
    with pytest.raises(Problem, match=" 1 MiB"):
        hex_template(source, VALUES, "utf-8").fill(VALUES)


def test_without_a_gap_either() -> None:
    with pytest.raises(Problem, match=" 1 MiB"):
        hex_template("pad99999[]" * 11, (), "utf-8")


def test_a_pattern_with_too_much_in_it_is_none() -> None:
    with pytest.raises(Problem, match=" 1 MiB"):
        filled_pattern("{a}" * 17, ("a",), VALUES, "utf-8")


GROWS = f"a = '{'x' * 99}'\n" + "".join(
    f'{name} = "{{{before}}}{{{before}}}{{{before}}}{{{before}}}{{{before}}}"\n'
    for before, name in zip("abcdefghijkl", "bcdefghijklm", strict=True)
)
MANY = f"a = '{'x' * 99_999}'\n" + "".join(f'b{number} = "{{a}}"\n' for number in range(11))
"""None of them is long, and all of them together are."""


@pytest.mark.parametrize("values", [GROWS, MANY])
def test_values_of_values_are_refused_with_their_line(values: str) -> None:
    text = f'step = [{{ do = "wait", seconds = 0 }}]\n[values]\n{values}'
    with pytest.raises(Problem, match=r"^grows\.toml:\d+: .* 1 MiB"):
        parse(text, "grows.toml")


@pytest.mark.parametrize("match", ["regex", "hex", "exact"])
def test_so_are_strings_of_endpoints(match: str) -> None:
    rule = f"{{ match = '{match}', value = \"{'{a}' * 11}\", reply = 'x' }}"
    text = (
        f"step = [{{ do = 'start' }}]\n[values]\na = '{'7' * 100_000}'\n"
        "[endpoint.s]\nrole = 'listener'\naddress = '127.0.0.1:0'\n"
        f"responder = {{ kind = 'rules', rules = [{rule}] }}\n"
    )
    with pytest.raises(Problem, match=r"^grows\.toml:\d+: .* 1 MiB"):
        parse(text, "grows.toml")


def test_so_is_json_whose_members_are_long_together(tmp_path: Path) -> None:
    """Each of them is one value: found when the step begins."""
    members = ", ".join(f'k{number} = "{{a}}"' for number in range(11))
    text = (
        'step = [{ do = "start", endpoint = "s" }, { do = "connect", endpoint = "c" },\n'
        f'{{ do = "send", endpoint = "c", json = {{ {members} }} }}]\n'
        f"[values]\na = '{'7' * 100_000}'\n"
        "[endpoint.s]\nrole = 'listener'\naddress = '127.0.0.1:0'\n"
        "[endpoint.c]\nrole = 'stream'\naddress = '@s'\n"
    )
    with Session(tmp_path / "r.swb") as session:
        report = Runner(session, parse(text)).run()
        session.stop_all_and_wait()
    assert [step.reason is None for step in report.steps] == [True, True, False]
    assert " 1 MiB" in str(report.steps[-1].reason)
