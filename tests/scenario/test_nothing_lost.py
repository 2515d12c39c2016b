"""Nothing that was asked for is overtaken, or dropped without a row: whole scenarios."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from tests.scenario.conftest import Play, Rows
from workbench.scenario.model import ScenarioProblem, parse

LINUX = pytest.mark.skipif(sys.platform != "linux", reason="SOCK_SEQPACKET is Linux's")


def kept(report: object) -> bool:
    """Whether the run held; else what it says, for the failure's message."""
    assert report.ok, report.steps  # type: ignore[attr-defined]
    return True


def test_a_client_that_sends_3_mb_over_small_buffers_reads_meanwhile(
    play: Play, tmp_path: Path
) -> None:
    big = tmp_path / "big.bin"
    big.write_bytes(b"x" * 3_000_000)
    assert kept(
        play(f"""
step = [
 {{do="start",endpoint="server"}},
 {{do="connect",endpoint="client"}},
 {{do="send",endpoint="client",file='{big}'}},
 {{do="shutdown",endpoint="client"}},
 {{do="expect",endpoint="client",call="recv",result=0,within=20}},
]
[endpoint.server]
role = "listener"
address = "127.0.0.1:0"
responder = {{ kind = "echo" }}
options = {{ SO_RCVBUF = 4096, SO_SNDBUF = 4096 }}
[endpoint.client]
role = "stream"
address = "@server"
timeout = 20.0
options = {{ SO_RCVBUF = 4096, SO_SNDBUF = 4096 }}
""")
    )


@pytest.mark.parametrize(
    "family", ['address = "127.0.0.1:0"', 'family = "AF_UNIX"\naddress = "temp:much"']
)
def test_a_big_file_that_is_sent_without_waiting_comes_back(
    play: Play, tmp_path: Path, family: str
) -> None:
    big = tmp_path / "20m"
    big.write_bytes(bytes(20_000_000) + b"ZZEND")
    assert kept(
        play(f"""
step = [
  {{do="start", endpoint="s"}},
  {{do="connect", endpoint="e"}},
  {{do="send", endpoint="e", file='{big}', wait=false}},
  {{do="expect", endpoint="e", contains="ZZEND", within=25}},
]
[endpoint.s]
role = "listener"
{family}
responder = {{ kind = "echo" }}
[endpoint.e]
role = "stream"
{family.splitlines()[0] if "UNIX" in family else ""}
address = "@s"
timeout = 60.0
""")
    )


SLOW = """
step = [
 {do="start",endpoint="server"},
 {do="connect",endpoint="client"},
 %s
]
[endpoint.server]
role = "listener"
%s
responder = {kind="rules",rules=[
 {match="contains",value="slow",reply="S",delay=0.3},
 {match="contains",value="quick",reply="Q"},
 {match="contains",value="bye",reply="B",then="close"}]}
[endpoint.client]
role = "stream"
address = "@server"
%s
"""
TCP = ('address = "127.0.0.1:0"', "")
UNIX = ('family = "AF_UNIX"\naddress = "temp:slow"', 'family = "AF_UNIX"')
FAMILIES = pytest.mark.parametrize(("server", "client"), [TCP, UNIX], ids=["tcp", "unix"])


@FAMILIES
def test_a_delayed_reply_comes_before_the_close(play: Play, server: str, client: str) -> None:
    assert kept(
        play(
            SLOW
            % (
                """
 {do="send",endpoint="client",text="slow"},
 {do="shutdown",endpoint="client"},
 {do="expect",endpoint="client",text="S",within=10},
 {do="expect",endpoint="client",call="recv",result=0,within=10},
""",
                server,
                client,
            )
        )
    )


@FAMILIES
def test_a_reply_does_not_overtake_a_delayed_one(
    play: Play, rows: Rows, server: str, client: str
) -> None:
    assert kept(
        play(
            SLOW
            % (
                """
 {do="send",endpoint="client",text="slow"},
 {do="expect",endpoint="server",text="slow",within=10},
 {do="send",endpoint="client",text="quick"},
 {do="expect",endpoint="server",text="quick",within=10},
 {do="send",endpoint="client",text="bye"},
 {do="expect",endpoint="client",text="SQB",within=10},
 {do="expect",endpoint="client",call="recv",result=0,within=10},
""",
                server,
                client,
            )
        )
    )
    assert not [row for row in rows() if row.call == "replies_dropped"]


def test_a_delayed_reply_that_is_closed_away_is_counted(play: Play, rows: Rows) -> None:
    assert kept(
        play(
            SLOW
            % (
                """
 {do="send",endpoint="client",text="slow"},
 {do="expect",endpoint="server",text="slow",within=10},
 {do="close",endpoint="server",connection=1},
""",
                *TCP,
            )
        )
    )
    assert [row.args for row in rows() if row.call == "replies_dropped"] == ["1, 1"]


@LINUX
@pytest.mark.parametrize("end", ["shutdown", "close"])
@pytest.mark.parametrize("messages", [("",), ("one", "", "two"), ("", "", "one", ""), ("one", "")])
def test_an_empty_message_is_no_end(
    play: Play, rows: Rows, messages: tuple[str, ...], end: str
) -> None:
    sends = "".join(f'{{do="send",endpoint="client",text="{text}"}},\n' for text in messages)
    sees = "".join(
        f'{{do="expect",endpoint="server",text="{text}",within=10}},\n' for text in messages
    )
    echoes = sees.replace("server", "client") if end == "shutdown" else ""
    assert kept(
        play(f"""
step = [
 {{do="start",endpoint="server"}},
 {{do="connect",endpoint="client"}},
 {{do="expect",endpoint="server",call="accept"}},
 {{do="pause",endpoint="server",gate="receive"}},
 {sends}
 {{do="{end}",endpoint="client"}},
 {{do="resume",endpoint="server",gate="receive"}},
 {sees}
 {echoes}
 {{do="expect",endpoint="server",call="close",within=10}},
]
[endpoint.server]
role = "listener"
family = "AF_UNIX"
type = "SOCK_SEQPACKET"
address = "temp:seq"
responder = {{ kind = "echo" }}
[endpoint.client]
role = "stream"
family = "AF_UNIX"
type = "SOCK_SEQPACKET"
address = "@server"
""")
    )
    reads = [row for row in rows() if row.endpoint == "server" and row.call == "recv"]
    if end == "shutdown":
        assert [row.ends_stream for row in reads] == [False] * len(messages) + [True]
        assert [row.payload for row in reads[:-1]] == [text.encode() for text in messages]


def test_the_file_of_a_called_bind_is_removed(play: Play, tmp_path: Path) -> None:
    path = tmp_path / "left.sock"
    text = f"""
step = [
 {{do="call",endpoint="s",call="socket"}},
 {{do="call",endpoint="s",call="bind",args=['{path}']}},
 {{do="stop",endpoint="s"}},
]
[endpoint.s]
role = "%s"
family = "AF_UNIX"
address = '{path}'
"""
    for role in ("listener", "stream", "datagram"):
        assert kept(play(text % role))
        assert not path.exists()


def test_the_file_of_a_clients_bind_is_removed(play: Play, tmp_path: Path) -> None:
    path = tmp_path / "client.sock"
    assert kept(
        play(f"""
step = [
 {{do="start",endpoint="s"}},
 {{do="connect",endpoint="c"}},
 {{do="expect",endpoint="s",call="accept",peer='{path}'}},
 {{do="close",endpoint="c"}},
]
[endpoint.s]
role = "listener"
family = "AF_UNIX"
address = "temp:s"
[endpoint.c]
role = "stream"
family = "AF_UNIX"
address = "@s"
bind = '{path}'
""")
    )
    assert not path.exists()


@pytest.mark.parametrize("start", ["", '{do="start",endpoint="client"},'])
def test_a_datagram_client_sends_to_its_address(play: Play, start: str) -> None:
    assert kept(
        play(
            f"""
step = [
 {{do="start",endpoint="server"}},
 {{do="start",endpoint="third"}},
 {start}
 {{do="send",endpoint="client",text="query 1"}},
 {{do="expect",endpoint="server",text="query 1"}},
 {{do="send",endpoint="third",text="noise",to="@client"}},
 {{do="expect",endpoint="client",text="noise"}},
 {{do="send",endpoint="client",text="query 2"}},
 {{do="expect",endpoint="server",text="query 2"}},
 {{do="send",endpoint="third",text="answered"}},
 {{do="expect",endpoint="client",text="answered"}},
]
[endpoint.server]
role = "datagram"
address = "127.0.0.1:0"
[endpoint.third]
role = "datagram"
address = "127.0.0.1:0"
[endpoint.client]
role = "datagram"
address = "@server"
bind = "127.0.0.1:0"
""".replace(
                '{do="send",endpoint="third",text="answered"}',
                '{do="send",endpoint="client",text="to you",to="@third"},'
                '{do="expect",endpoint="third",text="to you"},'
                '{do="send",endpoint="third",text="answered"}',
            )
        )
    )


@pytest.mark.parametrize(("role", "type_"), [
    ("datagram", "SOCK_STREAM"), ("datagram", "SOCK_SEQPACKET"), ("listener", "SOCK_DGRAM"),
    ("stream", "SOCK_DGRAM"),
])  # fmt: skip
def test_a_type_that_contradicts_the_role_is_refused_with_its_line(role: str, type_: str) -> None:
    with pytest.raises(ScenarioProblem) as caught:
        parse(
            f'title = "x"\n[endpoint.a]\nrole = "{role}"\naddress = "127.0.0.1:0"\n'
            f'type = "{type_}"\n'
        )
    assert caught.value.line == 5
    assert type_ in str(caught.value)


def test_a_datagram_endpoint_without_a_type_is_udp_and_rests(play: Play, rows: Rows) -> None:
    assert kept(
        play("""
step = [
 {do="start",endpoint="d"},
 {do="wait",seconds=0.1},
]
[endpoint.d]
role = "datagram"
address = "127.0.0.1:0"
""")
    )
    assert [row.args for row in rows() if row.call == "socket"] == ["AF_INET, SOCK_DGRAM"]
    assert not [row for row in rows() if row.call == "recvfrom"]


def test_configure_to_another_role_means_its_usual_type() -> None:
    scenario = parse("""
step = [{do="configure", endpoint="a", role="datagram"}]
[endpoint.a]
role = "listener"
address = "127.0.0.1:0"
""")
    assert scenario.steps[0].command.settings.type == "SOCK_DGRAM"  # type: ignore[union-attr]
