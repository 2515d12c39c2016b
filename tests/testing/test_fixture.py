"""The fixture `workbench`, used as a test in Python uses it."""

from __future__ import annotations

import socket

import pytest

from tests.testing.conftest import Run
from workbench.testing.fixture import NotUnderstood, StepFailed, Workbench


def test_a_talk(workbench: Workbench) -> None:
    server = workbench.server(responder={"kind": "rules", "rules": [
        {"match": "regex", "value": r"PING (?P<n>\d+)", "reply": "PONG {n}"},
    ]})  # fmt: skip
    client = workbench.client(address=server.address)
    client.send(text="PING 7")
    found = client.expect(regex=r"PONG (?P<n>\d+)$")
    assert found.values == {"n": b"7"}
    assert found.row is not None
    assert found.row.payload == b"PONG 7"
    assert [row.payload for row in workbench.rows("kind:call call:send endpoint:client")] == [
        b"PING 7"
    ]
    assert workbench.expect(endpoint="client", state="ESTABLISHED").row is None


def test_a_talk_over_websocket_and_tls(workbench: Workbench) -> None:
    workbench.server(
        address="wss://127.0.0.1:0/chat", tls={"cert": "test:good"}, responder={"kind": "echo"}
    )
    client = workbench.client(
        address="wss://@server/chat", tls={"ca": "test:root"}, websocket={"headers": {"X": "y"}}
    )
    client.expect(status=101)
    client.send(json={"a": 1})
    client.expect(json={"a": 1})
    client.do("ws_close", code=4000)
    client.expect(code=4000)


def test_any_step_of_the_language(workbench: Workbench) -> None:
    server = workbench.server(accept="paused")
    client = workbench.client(address="@server")
    server.do("step", gate="accept")
    server.send(hex="01 02", connection=1)
    client.expect(hex="01 02")
    workbench.do("loop", times=2, step=[
        {"do": "send", "endpoint": "server", "text": "x"},
        {"do": "expect", "endpoint": "client", "text": "x"},
    ])  # fmt: skip
    client.shutdown()
    server.expect(call="recv", result=0)
    server.close(connection=1)
    client.expect(call="recv", result=0)
    client.close()
    server.stop()


def test_endpoints_have_names_and_addresses(workbench: Workbench) -> None:
    one, two = workbench.server(), workbench.server()
    assert (one.name, two.name) == ("server", "server-2")
    assert one.port != two.port
    named = workbench.client(name="third", address="@server-2")
    named.send(text="to the second")
    two.expect(text="to the second")
    assert repr(two) == "<WorkbenchServer server-2>"
    with pytest.raises(NotUnderstood, match="no address of its own"):
        workbench.client(name="none", address="@server", connect=False).address  # noqa: B018


def test_a_server_of_ours_and_a_client_that_is_none(workbench: Workbench) -> None:
    server = workbench.server(responder={"kind": "greet", "text": "hello"})
    with socket.create_connection(("127.0.0.1", server.port), timeout=10) as client:
        assert client.recv(5) == b"hello"
        client.sendall(b"bye")
        server.expect(text="bye")


def test_the_other_kinds_of_sockets(workbench: Workbench) -> None:
    workbench.server(role="datagram", responder={"kind": "echo"})
    client = workbench.client(role="datagram", address="@server", bind="127.0.0.1:0")
    client.send(text="a datagram")
    client.expect(text="a datagram")
    unix = workbench.server(address="temp:sock", responder={"kind": "echo"})
    linked = workbench.client(address=f"@{unix.name}")
    linked.send(text="by path")
    linked.expect(text="by path")


def test_values_stand_in_steps_that_follow(workbench: Workbench) -> None:
    workbench.values(said="hello")
    server = workbench.server(responder={"kind": "greet", "text": "{said} 42"})
    client = workbench.client(address="{server.address}:{server.port}")
    client.expect(regex=r"{said} (?P<number>\d+)$")
    client.send(text="{number}/{said}")
    server.expect(text="42/hello")


def test_json_is_expected_sent_and_taken(workbench: Workbench) -> None:
    messages = {"ends": "\n"}
    server = workbench.server(messages=messages, responder={"kind": "echo"})
    ignore = [{"json": {"type": "ping"}}]
    client = workbench.client(address="@server", messages=messages, ignore=ignore)
    client.send(json={"type": "ping"}, wrap=True)
    client.send(json={"id": 7, "items": [1]}, wrap=True)
    found = client.expect(json={"items.0": 1}, take={"n": "id"}, next=True, at_most=30)
    assert found.values == {"n": b"7"}
    client.send(json={"id": "{n}"}, wrap=True)
    client.expect(json={"id": 7}, next=True)
    server.expect(json={"id": "{n}"}, count=2)
    client.close()
    server.expect(closed="fin", by="peer")


def test_another_encoding_holds_from_then_on(workbench: Workbench) -> None:
    server = workbench.server()
    client = workbench.client(address="@server")
    client.do("configure", encoding="gbk")
    client.send(text="中")
    server.expect(hex="d6 d0")


def test_what_does_not_hold_is_a_sentence(workbench: Workbench) -> None:
    server = workbench.server(responder={"kind": "echo"})
    client = workbench.client(address="@server")
    client.send(text="hello")
    client.expect(text="hello", keep=True)
    with pytest.raises(StepFailed, match='came "lo" where "p" was wanted'):
        client.expect(text="help", within=0.1)
    client.expect(text="hello")  # it was not used up
    server.stop()
    with pytest.raises(StepFailed, match=r"(?s)connect.*ECONNREFUSED"):
        client.connect()
    client.connect(error="ECONNREFUSED")
    with pytest.raises(StepFailed, match="did not come"):
        workbench.do("loop", times=1, step=[
            {"do": "wait", "seconds": 0},
            {"do": "expect", "endpoint": "client", "contains": "nothing", "within": 0},
        ])  # fmt: skip


def test_what_is_none_of_the_language_is_refused(workbench: Workbench) -> None:
    with pytest.raises(NotUnderstood, match=r"ecko.*echo"):
        workbench.server(responder={"kind": "ecko"})
    server = workbench.server()
    assert server.name == "server"  # the one that was refused is not there
    with pytest.raises(NotUnderstood, match=r"sned.*send"):
        server.do("sned", text="x")
    with pytest.raises(NotUnderstood, match=r"txt.*text"):
        server.expect(txt="x")  # type: ignore[call-arg]
    with pytest.raises(NotUnderstood):
        workbench.rows("nonsense:(")
    with pytest.raises(NotUnderstood):
        workbench.values(time=1)


def test_what_was_not_waited_for_is_judged_at_the_end(pytester: pytest.Pytester, run: Run) -> None:
    pytester.makepyfile("""
        def test_late(workbench):
            workbench.client(address="127.0.0.1:1", connect=False).do("send", text="x", wait=False)

        def test_expected(workbench):
            client = workbench.client(address="127.0.0.1:1", connect=False)
            client.do("connect", wait=False)
            client.expect(errno="ECONNREFUSED")
    """)
    result = run()
    result.assert_outcomes(passed=2, errors=1)
    shown = result.stdout.str()
    assert "ERROR at teardown of test_late" in shown
    assert "client.send(text='x', wait=False): There is no open connection" in shown
    assert "Traceback" not in shown


def test_the_report_is_the_line_of_the_test_and_the_log(
    pytester: pytest.Pytester, run: Run
) -> None:
    pytester.makepyfile("""
        def test_it(workbench):
            server = workbench.server(responder={"kind": "echo"})
            client = workbench.client(address="@server")
            client.send(text="hello")
            client.expect(text="hello", keep=True)
            client.expect(text="help", within=0.1)
    """)
    result = run()
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines([
        '>       client.expect(text="help", within=0.1)',
        '*came "lo" where "p" was wanted*',
        "*Socket Workbench: the last rows of the log*",
        "*client #1      call    send() = 5  hello",
    ])  # fmt: skip
    assert "fixture.py:" not in result.stdout.str()


def test_everything_is_closed_when_the_test_ends(pytester: pytest.Pytester, run: Run) -> None:
    pytester.makepyfile("""
        import socket
        ports = []

        def test_first(workbench):
            ports.append(workbench.server().port)
            raise KeyError("whatever")

        def test_second():
            with socket.socket() as probe:
                assert probe.connect_ex(("127.0.0.1", ports[0])) != 0
    """)
    run().assert_outcomes(passed=1, failed=1)


def test_what_is_nested_without_an_end_is_refused(workbench: Workbench) -> None:
    server = workbench.server()
    client = workbench.client(address=server.address)
    circle: dict[str, object] = {}
    circle["a"] = [circle]
    deep: object = 1
    for _ in range(5_000):
        deep = [deep]
    for body in (circle, {"a": deep}):
        with pytest.raises(NotUnderstood, match="nested"):
            client.send(json=body)
        with pytest.raises(NotUnderstood, match="nested"):
            workbench.server(responder=body)
    client.send(json={"a": [[[[1]]]]})
    server.expect(json={"a": [[[[1]]]]})
