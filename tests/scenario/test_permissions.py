"""What a scenario reaches for is refused before anything starts, unless it is allowed."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path

import pytest

from workbench.engine.model import commands as c
from workbench.scenario.model import NotAllowed, Perform, load, parse
from workbench.scenario.named_values import Given
from workbench.scenario.permissions import Permissions, Reach, folder_of

CLIENT = '[endpoint.c]\naddress = "127.0.0.1:1"\n'
NOTHING = Given(permissions=Permissions())
ANY_FILE = Given(permissions=Permissions(any_file=True))


def written(folder: Path, text: str) -> Path:
    path = folder / "talk.toml"
    path.write_text(text, encoding="utf-8")
    return path


def sending(folder: Path, name: str) -> Path:
    return written(folder, f'step = [\n{{ do = "send", file = {name!r} }},\n]\n{CLIENT}')


@pytest.fixture
def home(tmp_path: Path) -> Path:
    (tmp_path / "secret").write_bytes(b"not yours")
    folder = tmp_path / "home"
    (folder / "inner").mkdir(parents=True)
    (folder / "inner" / "own").write_bytes(b"own")
    return folder


@pytest.mark.parametrize("name", ["inner/own", "./inner/own", "inner/../inner/own", "not there"])
def test_a_file_of_its_folder_needs_no_word(home: Path, name: str) -> None:
    step = load(sending(home, name)).steps[0]
    assert isinstance(step, Perform)
    assert isinstance(step.command, c.Send)
    assert step.command.file == str(home / name)  # wherever the program was started


@pytest.mark.parametrize(
    "name", ["../secret", "inner/../../secret", "/etc/hostname", "~/x", "~no-such-user/x", "a\0b"]
)
def test_a_file_elsewhere_is_refused_with_file_line_and_switch(home: Path, name: str) -> None:
    path = written(home, f"step = [\n{{ do = 'send', file = {_toml(name)} }},\n]\n{CLIENT}")
    with pytest.raises(NotAllowed) as caught:
        load(path)
    assert str(caught.value).startswith(f"{path}:2: ")
    assert "--any-file" in str(caught.value)
    load(path, ANY_FILE)


def _toml(name: str) -> str:
    return '"' + name.replace("\0", "\\u0000") + '"'


@pytest.mark.skipif(sys.platform == "win32", reason="a link needs a privilege there")
def test_a_link_is_followed(home: Path) -> None:
    (home / "inner" / "link").symlink_to(home.parent / "secret")
    (home / "up").symlink_to(home.parent)
    for name in ("inner/link", "up/secret"):
        with pytest.raises(NotAllowed, match="--any-file"):
            load(sending(home, name))
    (home / "same").symlink_to(home / "inner")
    load(sending(home, "same/own"))
    (home / "loop").symlink_to(home / "loop")
    with pytest.raises(NotAllowed, match="--any-file"):
        load(sending(home, "loop"))


@pytest.mark.skipif(sys.platform == "win32", reason="a link needs a privilege there")
def test_a_scenario_behind_a_link_has_the_folder_where_the_link_is(home: Path) -> None:
    (home.parent / "link.toml").symlink_to(sending(home, "inner/own"))
    with pytest.raises(NotAllowed):
        load(sending(home, "../secret"))
    sending(home, "secret")
    load(home.parent / "link.toml")


def test_a_value_in_the_name_is_looked_at_as_well(home: Path) -> None:
    text = f'step = [{{ do = "send", file = "{{name}}" }}]\n[values]\nname = "inner/own"\n{CLIENT}'
    load(written(home, text))
    with pytest.raises(NotAllowed, match="secret"):
        load(home / "talk.toml", Given({"name": "../secret"}))


def test_what_listens_beyond_this_machine(home: Path) -> None:
    text = '[endpoint.s]\nrole = "{role}"\naddress = "{address}"\n'
    cases = {
        ("listener", "0.0.0.0:0"): True,
        ("listener", "192.0.2.1:80"): True,
        ("listener", "127.0.0.9:0"): False,
        ("listener", "localhost:0"): False,
        ("datagram", "192.0.2.1:53"): False,  # where it sends to
        ("stream", "192.0.2.1:80"): False,
    }
    for (role, address), refused in cases.items():
        path = written(home, text.format(role=role, address=address))
        if not refused:
            load(path, NOTHING)
            continue
        with pytest.raises(NotAllowed, match="--beyond-loopback") as caught:
            load(path, NOTHING)
        assert f"{path}:3: " in str(caught.value)
        assert address in str(caught.value)
        load(path, Given(permissions=Permissions(beyond_loopback=True)))


@pytest.mark.parametrize(
    "step",
    [
        'do = "start"\n',
        'do = "configure"\nbind = "0.0.0.0:0"\n',
        'do = "call"\ncall = "bind"\nargs = [["0.0.0.0", 9]]\n',
    ],
)
def test_a_step_that_binds_beyond_this_machine(home: Path, step: str) -> None:
    text = f'[endpoint.d]\nrole = "datagram"\naddress = "192.0.2.1:9"\n[[step]]\n{step}'
    with pytest.raises(NotAllowed, match="--beyond-loopback") as caught:
        load(written(home, text), NOTHING)
    assert caught.value.line >= 4


def test_all_are_told_at_once_each_with_its_line(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WORKBENCH_TEST", "0.0.0.0")
    path = written(
        home,
        'step = [\n{ do = "send", file = "../secret", endpoint = "c" },\n]\n'
        '[values]\nhost = { env = "WORKBENCH_TEST" }\n'
        f'{CLIENT}[endpoint.s]\nrole = "listener"\naddress = "{{host}}:0"\n'
        '[endpoint.t]\nrole = "listener"\naddress = "0.0.0.0:0"\n',
    )
    with pytest.raises(NotAllowed) as caught:
        load(path, NOTHING)
    lines = str(caught.value).splitlines()
    assert [line.rpartition("talk.toml:")[2][:3] for line in lines] == ["5: ", "13:", "2: "]
    granted = NOTHING.granting(caught.value.wishes)
    assert granted == Given({}, {"WORKBENCH_TEST"}, Permissions(True, False, True))
    assert load(path, granted).endpoints[1].address == "0.0.0.0:0"


def test_what_hangs_on_a_variable_is_asked_for_once_it_is_known(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WORKBENCH_TEST", "0.0.0.0")
    path = written(
        home,
        '[values]\nhost = { env = "WORKBENCH_TEST" }\nsize = { env = "WORKBENCH_TEST" }\n'
        '[endpoint.s]\nrole = "listener"\naddress = "{host}:0"\nbacklog = "{size}"\n',
    )
    with pytest.raises(NotAllowed) as caught:
        load(path, NOTHING)
    assert [wish.reach for wish in caught.value.wishes] == [Reach.ENVIRONMENT] * 2
    granted = NOTHING.granting(caught.value.wishes)
    with pytest.raises(NotAllowed) as caught:
        load(path, replace(granted, values={"size": 5}))
    assert [wish.reach for wish in caught.value.wishes] == [Reach.BEYOND]


def test_a_value_that_is_given_needs_no_variable() -> None:
    text = '[values]\nname = { env = "WORKBENCH_TEST" }\n'
    assert parse(text, given=Given({"name": "here"})).values == {"name": "here"}


def test_a_text_without_a_place_names_the_files_of_who_wrote_it() -> None:
    step = parse(f'step = [{{ do = "send", file = "/x" }}]\n{CLIENT}').steps[0]
    assert isinstance(step, Perform)
    assert step.command.file == "/x"  # type: ignore[union-attr]


def test_out_of_a_pipe_it_has_the_working_directory() -> None:
    assert folder_of(Path("/dev/stdin")) == Path()
    assert folder_of(Path("/proc/self/fd/3")) == Path()
    assert folder_of(Path("talks/one.toml")) == Path("talks")
    assert folder_of(Path("/dev/shm/talks/one.toml")) == Path("/dev/shm/talks")
