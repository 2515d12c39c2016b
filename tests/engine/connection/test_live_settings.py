"""The settings in effect: one owner, all of them or none."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from tests.key_files import SECRET, key_files
from workbench.certificates.resolve import to_show
from workbench.engine.connection.live_settings import LiveSettings
from workbench.engine.model.layer_files import Ask, Loadable, PlainFiles
from workbench.engine.model.responders.echo import Echo
from workbench.engine.model.responders.lookup import Lookup
from workbench.engine.model.responders.rule import Match, Rule
from workbench.engine.model.responders.rules import Rules
from workbench.engine.model.settings import EndpointSettings, Role
from workbench.engine.model.tls_settings import LET_GO, TlsSettings
from workbench.texts import Problem

SETTINGS = EndpointSettings("it", Role.STREAM, address="127.0.0.1:1", bufsize=4)


def test_a_buffer_of_the_size_that_is_set_and_larger_where_asked() -> None:
    live = LiveSettings(SETTINGS)
    assert (live.reads.size, live.reads.args(4), live.reads.args(9)) == (4, "4", "9")
    assert len(live.reads.view(4)) >= 4
    assert len(live.reads.view(100)) >= 100
    live.take(replace(SETTINGS, bufsize=200))
    assert (live.reads.size, live.reads.args(200)) == (200, "200")
    assert len(live.reads.view(live.reads.size)) >= 200


def test_a_responder_that_cannot_be_made_ready_changes_nothing() -> None:
    live = LiveSettings(replace(SETTINGS, responder=Echo()))
    live.prepare()
    before = live.responder_runtime
    broken = Rules((Rule(Match.REGEX, "(", "x"),))
    with pytest.raises(Problem):
        live.take(replace(SETTINGS, bufsize=9, responder=broken))
    assert live.responder_runtime is before
    assert live.settings.bufsize == live.reads.size == 4


def test_a_responder_that_stays_is_not_made_anew() -> None:
    """What it has stored and counted is there for new connections as for those that there are."""
    rules = Rules((Rule(Match.ANY, reply="x"),))
    live = LiveSettings(replace(SETTINGS, responder=rules))
    live.take(replace(SETTINGS, responder=rules))
    before = live.responder_runtime
    assert before.begin is not None
    live.take(replace(SETTINGS, responder=rules, timeout=3.0))
    assert live.responder_runtime is before
    live.take(replace(SETTINGS, responder=rules, encoding="latin-1"))
    assert live.responder_runtime is not before
    for begin_anew in (live.prepare, lambda: live.take(live.settings, anew=True)):
        before = live.responder_runtime
        begin_anew()
        assert live.responder_runtime is not before


def test_rules_that_read_a_file_read_it_again(tmp_path: Path) -> None:
    file = tmp_path / "a.csv"
    file.write_text("id\n7\n", encoding="utf-8")
    rule = Rule(Match.REGEX, "(?P<id>.)", "x", lookup=Lookup(str(file), "id"))
    live = LiveSettings(replace(SETTINGS, responder=Rules((rule,))))
    live.prepare()
    before = live.responder_runtime
    live.take(replace(live.settings, timeout=3.0))
    assert live.responder_runtime is not before


def test_the_timeout_is_the_settings_own() -> None:
    live = LiveSettings(SETTINGS)
    live.set_timeout(2.5)
    assert live.timeout == live.settings.timeout == 2.5
    assert live.settings == replace(SETTINGS, timeout=2.5)


def test_who_starts_after_a_refusal_does_not_get_the_settings_of_before() -> None:
    live = LiveSettings(SETTINGS)
    refused = Problem("engine.unknown_layer", name="x", known="")
    live.refuse(refused)
    with pytest.raises(Problem) as caught:
        live.prepare()
    assert caught.value is refused
    live.prepare()  # whoever starts again knows it
    live.refuse(refused)
    live.take(SETTINGS)
    live.prepare()


class UserFiles(PlainFiles):
    """Files as a session finds them, those that are encrypted too."""

    @contextmanager
    def to_show(self, cert: str, key: str | None, password: Ask) -> Iterator[Loadable]:
        with to_show(cert, key, password) as shown:
            yield shown


@pytest.mark.parametrize("form", ["PEM", "PKCS#12"])
@pytest.mark.parametrize("configured", [False, True])
def test_the_password_of_a_key_is_let_go_when_it_is_loaded(
    tmp_path: Path, form: str, configured: bool
) -> None:
    cert, key = key_files(tmp_path)[form]
    tls = TlsSettings(cert=cert, key=key or None, key_password=SECRET)
    plain = EndpointSettings("s", Role.LISTENER, layers=("tls",))
    settings = replace(plain, tls=tls)
    live = LiveSettings(plain if configured else settings, UserFiles())
    assert not live.holds_key(settings)
    if configured:
        live.take(settings)
    else:
        live.prepare()
    assert live.settings == replace(settings, tls=replace(tls, key_password=LET_GO))
    assert live.holds_key(live.settings)
    live.prepare()  # another start needs it no more
    live.take(replace(live.settings, backlog=3))
    other = replace(live.settings, tls=replace(tls, key_password=LET_GO, alpn=("h2",)))
    assert not live.holds_key(other)
    with pytest.raises(Problem) as problem:
        live.take(other)
    assert problem.value.key == "engine.tls_key_password"
    assert live.settings.backlog == 3
    Path(key or cert).touch()
    assert not live.holds_key(live.settings)
    live.take(settings)
    assert live.holds_key(settings)
