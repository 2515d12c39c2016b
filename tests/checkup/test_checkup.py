"""The check-up against real peers: right ones stray nowhere, wrong ones where they are wrong."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager, ExitStack

import pytest

from tests.checkup.wrong_peers import right_client, right_server, wrong_client, wrong_server
from workbench.checkup.case import CheckCase, Group
from workbench.checkup.check_verdict import CheckVerdict
from workbench.checkup.checkup import CheckResult, CheckUp, all_cases, bench_of
from workbench.checkup.client_heads import client_heads
from workbench.checkup.frame_cases import frame_cases
from workbench.checkup.observed import observed
from workbench.checkup.server_heads import server_heads
from workbench.engine.model import commands as c
from workbench.engine.model.responders.echo import Echo
from workbench.engine.model.settings import EndpointSettings, Role
from workbench.engine.model.websocket_settings import Deflate, WebSocketSettings
from workbench.scenario.model import parse
from workbench.scenario.write import to_toml
from workbench.session import Session

NOT_IN_THE_RFCS_SENSE = {"no_host", "other_version", "space_before_colon"}
"""Where `websockets` 17 takes or answers a request otherwise than the RFCs say."""
OF_BITS = ("mask", "rsv1", "rsv2", "rsv3", "rsv_ping", "opcode_3", "opcode_11")


def named(*names: str, listens: bool = False) -> list[CheckCase]:
    found = {case.name: case for case in all_cases(listens=listens)}
    return [found[name] for name in names]


def check(
    session: Session, port: int, cases: list[CheckCase] | None = None, timeout: float = 300.0
) -> CheckResult:
    settings = EndpointSettings(
        "x", Role.STREAM, address=f"127.0.0.1:{port}", layers=("websocket",)
    )
    return CheckUp(session, bench_of(settings), cases=cases, timeout=timeout).run()


def verdicts(result: CheckResult) -> dict[str, CheckVerdict]:
    return {item.case.name: item.verdict for item in result.judged}


def listener() -> EndpointSettings:
    return EndpointSettings("x", Role.LISTENER, address="127.0.0.1:0", layers=("websocket",))


def test_there_are_enough_cases_and_each_has_a_name_of_its_own() -> None:
    for listens in (False, True):
        cases = all_cases(listens=listens)
        heads = [case for case in cases if case.group is Group.HEADS]
        assert len(heads) >= 16
        assert len(cases) - len(heads) >= 37
        assert len({case.name for case in cases}) == len(cases)
        assert all(case.title and case.says for case in cases)


def test_frames_are_the_same_for_both_and_heads_are_not() -> None:
    frames = [case.name for case in frame_cases()]
    for listens, heads in ((False, server_heads()), (True, client_heads())):
        names = [case.name for case in all_cases(listens=listens)]
        assert names == [*(case.name for case in heads), *frames]


def test_of_nothing_that_came_is_said_just_that() -> None:
    assert [said.key for said in observed([], listens=False).sentences(ends=True)] == [
        "checkup.did.nothing",
        "checkup.did.end_open",
    ]


@pytest.mark.parametrize("listens", [False, True])
def test_each_case_is_a_scenario_that_reads_back(listens: bool) -> None:
    settings = listener() if listens else EndpointSettings(
        "x", Role.STREAM, address="127.0.0.1:9", layers=("websocket",),
        websocket=WebSocketSettings(path="/chat", headers=(("Cookie", "a=1"),)),
    )  # fmt: skip
    for case in all_cases(listens=listens):
        scenario = case.scenario(bench_of(settings))
        assert parse(to_toml(scenario)) == scenario, case.name


def test_the_server_of_websockets_strays_only_where_it_does(session: Session) -> None:
    with right_server() as port:
        result = check(session, port)
    assert result.stopped is None
    assert result.bench.echoes
    assert result.bench.pongs
    strays = {name for name, verdict in verdicts(result).items() if verdict is CheckVerdict.STRAYS}
    assert strays == NOT_IN_THE_RFCS_SENSE, [
        item.told for item in result.judged if item.case.name in strays
    ]


def test_our_own_server_strays_nowhere(session: Session) -> None:
    server = EndpointSettings(
        "own", Role.LISTENER, address="127.0.0.1:0", layers=("websocket",), responder=Echo(),
        websocket=WebSocketSettings(deflate=Deflate()),
    )  # fmt: skip
    session.add(server)
    assert session.perform(c.Start("own")).wait(30)
    result = check(session, int(session.link("own").rpartition(":")[2]))
    told = [f"{item.case.name}: {item.told}" for item in result.judged if not _fine(item.verdict)]
    assert (result.stopped, told) == (None, [])
    assert result.ok


def _fine(verdict: CheckVerdict) -> bool:
    return verdict in {CheckVerdict.OK, CheckVerdict.INFO}


def test_who_takes_every_frame_strays(session: Session) -> None:
    with wrong_server("takes all") as port:
        result = check(session, port, named("text", "fragments", "ping", "close", *OF_BITS))
    found = verdicts(result)
    assert {name: found[name] for name in ("text", "fragments", "ping", "close")} == dict.fromkeys(
        ("text", "fragments", "ping", "close"), CheckVerdict.OK
    )
    assert {found[name] for name in OF_BITS} == {CheckVerdict.STRAYS}
    assert not result.ok


@pytest.mark.parametrize(
    ("kind", "case", "verdict", "told"),
    [
        ("masks", "text", CheckVerdict.STRAYS, "5.1"),
        ("cuts", "text_126", CheckVerdict.STRAYS, "xxx"),
        ("cuts", "text", CheckVerdict.OK, "hello"),
        ("other_pong", "ping_125", CheckVerdict.STRAYS, "Pongs"),
        ("no_pong", "ping", CheckVerdict.STRAYS, "nothing"),
        ("no_pong", "text", CheckVerdict.OK, "hello"),
        ("no_pong", "pong_unasked", CheckVerdict.INFO, "cannot be seen"),
        ("stays", "close", CheckVerdict.STRAYS, "left the connection open"),
        ("drops", "rsv1", CheckVerdict.INFO, "1002"),
        ("takes all", "utf8_byte", CheckVerdict.STRAYS, "utf8"),
        ("takes all", "close_1005", CheckVerdict.STRAYS, "close_code"),
        ("takes all", "ping_126", CheckVerdict.STRAYS, "control_long"),
        ("takes all", "no_key", CheckVerdict.STRAYS, "101"),
        ("takes all", "http_1_0", CheckVerdict.STRAYS, "101"),
        ("400", "deflate_bad_offer", CheckVerdict.INFO, "as a whole"),
        ("500", "deflate_bad_offer", CheckVerdict.STRAYS, "500"),
        ("400", "other_version", CheckVerdict.STRAYS, "no Sec-WebSocket-Version"),
    ],
)
def test_a_wrong_server_strays_in_what_is_wrong(
    session: Session, kind: str, case: str, verdict: CheckVerdict, told: str
) -> None:
    with wrong_server(kind) as port:
        result = check(session, port, named(case))
    (judged,) = result.judged
    assert judged.verdict is verdict, judged.told
    assert told in judged.told
    assert result.ok is (verdict is not CheckVerdict.STRAYS)


@pytest.mark.parametrize("kind", ["hangs", "wrong_accept"])
def test_a_server_that_opens_nothing_ends_it_with_a_sentence(session: Session, kind: str) -> None:
    with wrong_server(kind) as port:
        result = check(session, port)
    assert result.stopped is not None
    assert result.stopped.key == "checkup.no_server"
    assert result.count(CheckVerdict.LEFT) == len(result.judged) == len(all_cases(listens=False))
    assert not result.ok


def test_nobody_listens(session: Session) -> None:
    with right_server() as port:
        pass
    result = check(session, port)
    assert result.stopped is not None
    assert "ECONNREFUSED" in result.stopped.text


def test_a_server_that_does_not_survive_a_case_is_told_by_it(session: Session) -> None:
    with wrong_server("dies") as port:
        result = check(session, port, named("text", "rsv1", "rsv2", "close"))
    assert list(verdicts(result).values()) == [
        CheckVerdict.OK, CheckVerdict.STRAYS, CheckVerdict.LEFT, CheckVerdict.LEFT,
    ]  # fmt: skip
    assert result.stopped is not None
    assert result.stopped.key == "checkup.gone"


def test_it_can_be_ended_from_any_thread(session: Session) -> None:
    with wrong_server("takes all") as port:
        settings = EndpointSettings(
            "x", Role.STREAM, address=f"127.0.0.1:{port}", layers=("websocket",)
        )
        run = CheckUp(session, bench_of(settings), told=lambda _judged: run.cancel())
        result = run.run()
    assert result.stopped is not None
    assert result.stopped.key == "checkup.cancelled"
    assert result.count(CheckVerdict.LEFT) == len(result.judged) - 1


def test_the_time_for_all_of_it_is_bounded(session: Session) -> None:
    with wrong_server("takes all") as port:
        result = check(session, port, named("rsv1", "rsv2", "rsv3"), timeout=0.5)
    assert result.stopped is not None
    assert result.stopped.key == "checkup.too_long"
    assert "0.5 s" in result.stopped.text


def test_how_long_it_may_take_is_said_before_it_begins(session: Session) -> None:
    said: list[str] = []
    with right_server() as port:
        settings = EndpointSettings(
            "x", Role.STREAM, address=f"127.0.0.1:{port}", layers=("websocket",)
        )
        CheckUp(
            session,
            bench_of(settings),
            cases=named("text"),
            begun=lambda begun: said.append(begun.sentence),
        ).run()
    assert "120 s at most" in said[0]


def client_result(
    session: Session,
    cases: list[CheckCase] | None,
    client: Callable[[str], AbstractContextManager[object]] = right_client,
) -> CheckResult:
    with ExitStack() as stack:

        def come(address: str) -> None:
            stack.enter_context(client(address))

        run = CheckUp(
            session,
            bench_of(listener()),
            cases=cases,
            timeout=300.0,
            come=30.0,
            waits=come,
        )
        try:
            return run.run()
        finally:
            session.stop_all_and_wait()


def test_the_client_of_websockets_strays_nowhere(session: Session) -> None:
    result = client_result(session, None)
    told = [f"{item.case.name}: {item.told}" for item in result.judged if not _fine(item.verdict)]
    assert (result.stopped, told) == (None, [])
    assert result.bench.echoes
    assert result.bench.pongs


def test_a_client_that_takes_everything_strays(session: Session) -> None:
    wrong = ("accept_wrong", "rsv2", "mask", "utf8_byte")
    result = client_result(session, named("answer", "text", *wrong, listens=True), wrong_client)
    found = verdicts(result)
    assert {found["answer"], found["text"]} == {CheckVerdict.OK}
    assert {name: found[name] for name in wrong} == dict.fromkeys(wrong, CheckVerdict.STRAYS)
    assert not result.ok


def test_a_client_that_does_not_come_again_ends_it(session: Session) -> None:
    with Session(session.record.with_name("once.swb")) as other:

        def come(address: str) -> None:
            once = EndpointSettings(
                "once", Role.STREAM, address=address.removeprefix("ws://"),
                layers=("websocket",), timeout=10.0,
            )  # fmt: skip
            other.add(once)
            other.perform(c.Connect("once"))

        run = CheckUp(session, bench_of(listener()), come=30.0, waits=come, patience=0.5)
        result = run.run()
    assert result.stopped is not None
    assert result.stopped.key == "checkup.no_client"
    assert result.count(CheckVerdict.LEFT) == len(result.judged)
