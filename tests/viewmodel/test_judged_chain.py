"""The certificates of real handshakes, read from the record: what is said agrees with OpenSSL."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench.certificates.judging import ChainFault
from workbench.certificates.kinds import CertificateKind
from workbench.engine.model import commands as c
from workbench.engine.model.responders.echo import Echo
from workbench.engine.model.settings import EndpointSettings, Role
from workbench.engine.model.ticket import Outcome
from workbench.engine.model.tls_settings import AskClient, TlsSettings, TlsVersion
from workbench.journal.reader import Reader, Row
from workbench.literals import arguments_of
from workbench.session import Session
from workbench.texts import LANGUAGES, catalogue, set_language
from workbench.viewmodel.certificate_rows import shown_of
from workbench.viewmodel.certificate_state import CertificateState, TlsShown, chain_of
from workbench.viewmodel.judged_chain import judged

BOUND = 60.0
"""Only catches a hang."""
TLS = ("tls",)
BELIEVING = TlsSettings(ca="test:root")
REFUSED = {
    CertificateKind.GAP: (ChainFault.GAP, 20),
    CertificateKind.EXPIRED: (ChainFault.EXPIRED, 10),
    CertificateKind.FUTURE: (ChainFault.NOT_YET_VALID, 9),
    CertificateKind.WRONGHOST: (ChainFault.WRONG_HOST, 62),
    CertificateKind.NOSAN: (ChainFault.NO_NAMES, 62),
    CertificateKind.SELF: (ChainFault.SELF_SIGNED, 18),
    CertificateKind.UNTRUSTED: (ChainFault.GAP, 20),
    CertificateKind.CLIENTONLY: (ChainFault.WRONG_PURPOSE, 26),
    CertificateKind.WEAK: (ChainFault.WEAK_KEY, 66),
}
"""What each is refused for, and OpenSSL's code for it."""


class Meeting:
    """A server and a client of ours, and what the record has of their handshake."""

    def __init__(self, path: Path) -> None:
        self.session = Session(path)

    def do(self, command: c.Command) -> Outcome:
        ticket = self.session.perform(command)
        assert ticket.wait(BOUND)
        assert ticket.outcome is not None
        return ticket.outcome

    def meet(self, server: TlsSettings, client: TlsSettings = BELIEVING) -> Outcome:
        for settings in (
            EndpointSettings("server", Role.LISTENER, address="127.0.0.1:0", responder=Echo()),
            EndpointSettings("client", Role.STREAM, address="@server", timeout=BOUND),
        ):
            tls = server if settings.role is Role.LISTENER else client
            self.session.add(replace(settings, layers=TLS, tls=tls))
        assert self.do(c.Start("server")).ok
        return self.do(c.Connect("client"))

    def row(self, endpoint: str, call: str) -> Row:
        """Once it is there."""
        journal = self.session.journal
        while True:
            seen = journal.committed
            with closing(journal.reader()) as reader:
                for row in reader.page(1, 10_000):
                    if (row.endpoint, row.call) == (endpoint, call):
                        return row
            assert journal.wait_committed(seen + 1, BOUND)

    def shown(self, endpoint: str, call: str = "tls.handshake") -> TlsShown:
        row = self.row(endpoint, call)
        with closing(self.session.journal.reader()) as reader:
            return shown_of(reader, row, self.session.journal.committed)


@pytest.fixture
def meeting(tmp_path: Path) -> Iterator[Meeting]:
    made = Meeting(tmp_path / "record.swb")
    yield made
    made.session.close()


def text_of(fault: ChainFault) -> str:
    """What stands in the sentence of this fault wherever it is said."""
    return catalogue("en")[f"certificate_faults.{fault.value}"].rpartition("}")[2][:20]


def of(state: CertificateState, side: str) -> list[bool]:
    return [each.good for each in state.certificates if each.whose.startswith(side)]


@pytest.mark.parametrize("kind", REFUSED)
def test_what_is_wrong_is_what_openssl_said(meeting: Meeting, kind: CertificateKind) -> None:
    assert not meeting.meet(TlsSettings(cert=f"test:{kind.value}")).ok
    fault, code = REFUSED[kind]
    shown = meeting.shown("client")
    assert arguments_of(shown.outcome or "")[1]["verify"] == code
    state = judged(shown)
    assert text_of(fault) in state.wrong[0]
    assert f"(code {code})" in " ".join(state.says)
    assert "localhost" in state.says[0]
    assert any("checked against: test:root" in line for line in state.says)
    assert not any("not found here" in line for line in state.wrong)
    assert not of(state, "other end")[0]
    served = judged(meeting.shown("server"))
    assert "The other end said" in served.says[-1]
    assert of(served, "ours")


@pytest.mark.parametrize("version", [TlsVersion.V1_2, TlsVersion.V1_3])
@pytest.mark.parametrize("kind", ["good", "chained"])
def test_of_a_chain_that_was_taken_nothing_is_wrong(
    meeting: Meeting, kind: str, version: TlsVersion
) -> None:
    server = TlsSettings(cert=f"test:{kind}", maximum=version)
    assert meeting.meet(server).ok
    for endpoint, whose in (("client", "other end"), ("server", "ours")):
        state = judged(meeting.shown(endpoint))
        assert not state.wrong
        assert of(state, whose) == [True] * (1 + (kind == "chained"))
    assert any("test:root" in line for line in judged(meeting.shown("client")).says)


def test_without_a_look_all_that_is_wrong_is_said_and_that_nobody_looked(meeting: Meeting) -> None:
    assert meeting.meet(TlsSettings(cert="test:self"), TlsSettings(verify=False)).ok
    state = judged(meeting.shown("client"))
    assert text_of(ChainFault.SELF_SIGNED) in state.wrong[0]
    assert any("verify is off" in line for line in state.says)


def test_another_name_was_let_through_and_is_said(meeting: Meeting) -> None:
    client = TlsSettings(ca="test:root", check_name=False)
    assert meeting.meet(TlsSettings(cert="test:wronghost"), client).ok
    state = judged(meeting.shown("client"))
    assert text_of(ChainFault.WRONG_HOST) in state.wrong[0]
    assert "all the same" in state.wrong[-1]


def test_a_client_that_shows_none_and_is_told_later(meeting: Meeting) -> None:
    server = TlsSettings(cert="test:good", ca="test:root", ask_client=AskClient.REQUIRED)
    assert meeting.meet(server).ok  # TLS 1.3: its own handshake is done
    state = judged(meeting.shown("client", "tls.end"))
    assert any("certificate_required" in line for line in state.says)
    assert any("showed none" in line for line in state.wrong)
    served = judged(meeting.shown("server"))
    assert any("other end showed no certificate" in line for line in served.wrong)


def test_a_client_that_shows_none_and_is_refused_at_once(meeting: Meeting) -> None:
    server = TlsSettings(
        cert="test:good", ca="test:root", ask_client=AskClient.REQUIRED, maximum=TlsVersion.V1_2
    )
    assert not meeting.meet(server).ok
    state = judged(meeting.shown("client"))
    assert any("asked for a certificate of the client" in line for line in state.says)
    assert not any("No certificate was the reason" in line for line in state.says)


def test_both_show_one(meeting: Meeting) -> None:
    server = TlsSettings(cert="test:good", ca="test:root", ask_client=AskClient.REQUIRED)
    client = TlsSettings(ca="test:root", cert="test:client")
    assert meeting.meet(server, client).ok
    for endpoint in ("client", "server"):
        state = judged(meeting.shown(endpoint))
        assert not state.wrong
        assert of(state, "other end")
        assert of(state, "ours")


def test_a_record_of_yesterday_says_the_same(tmp_path: Path) -> None:
    made = Meeting(tmp_path / "record.swb")
    made.meet(TlsSettings(cert="test:gap"))
    before = made.shown("client")
    row = made.row("client", "tls.handshake")
    made.session.close()
    with closing(Reader(made.session.record)) as reader:
        after = shown_of(reader, row, reader.count())
    assert judged(after) == judged(before)


@pytest.mark.parametrize("language", LANGUAGES)
def test_all_of_it_has_words(meeting: Meeting, language: str) -> None:
    meeting.meet(TlsSettings(cert="test:chained"))
    set_language(language)
    try:
        state = judged(meeting.shown("client"))
    finally:
        set_language("en")
    names = [name for one in state.certificates for name, _ in one.facts]
    assert names
    assert not [name for name in (*names, *state.says) if "certificate_tab" in name]


@given(st.binary(max_size=200), st.binary(max_size=60))
def test_whatever_a_stranger_sends_nothing_is_raised(message: bytes, rest: bytes) -> None:
    chain_of(message)
    whole = b"\x0b" + len(message).to_bytes(3) + message
    chain_of(whole)
    listed = len(rest).to_bytes(3) + rest
    for body in (listed, b"\0" + listed):
        judged(TlsShown(peer=b"\x0b" + len(body).to_bytes(3) + body, outcome="sni='a'"))
