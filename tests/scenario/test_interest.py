"""What is read for the coming steps: never less than one of them can use."""

from __future__ import annotations

from workbench.scenario.interest import interests_of
from workbench.scenario.steps import ANY, Expect, Loop, Step, Wait

READS = {
    *("recv", "recvfrom", "messages.recv", "ws.recv", "ws.message", "tls.recv"),
    *("ws.request", "ws.response", "proxy.response", "proxy.recv"),
}


def test_what_was_expected_is_not_read_any_more_afterwards() -> None:
    steps: list[Step] = [Expect("a", text="x"), Wait(1), Expect("b", call="accept"), Wait(1)]
    found = interests_of(steps)
    assert [set(item.calls) for item in found] == [{"a", "b"}, {"b"}, {"b"}, set(), set()]
    assert [item.bytes for item in found] == [True, False, False, False, False]
    assert [item.anything for item in found] == [True, True, True, False, False]
    assert found[0].expected == {"a", "b"}


def test_only_the_bytes_of_calls_that_are_judged() -> None:
    found = interests_of([Expect("a", text="x", call="send"), Expect("a", hex="00")])
    assert found[0].calls == {"a": READS | {"send"}}
    assert found[1].calls == {"a": READS}
    assert interests_of([Expect("a", call="recv", size=3)])[0].calls == {"a": frozenset()}


def test_a_loop_is_read_for_as_long_as_it_runs_and_its_condition_expects_nothing() -> None:
    loop = Loop((Expect("a", text="x"), Wait(0)), 3, until=Expect("b", errno="ECONNRESET"))
    found = interests_of([loop])[0]
    assert found.calls == {"a": READS, "b": frozenset()}
    assert found.expected == {"a"}


def test_whichever_endpoint_means_every_one_that_another_step_names_too() -> None:
    until = Loop((Wait(0),), until=Expect(ANY, contains="x"))
    accept = Expect("a", call="accept")
    orders: tuple[list[Step], ...] = ([until, accept], [accept, until])
    for steps in orders:
        found = interests_of(steps)[0]
        assert found.calls == {"a": READS, ANY: READS}
        assert found.expected == {"a"}


def test_a_look_at_the_kernel_reads_no_rows() -> None:
    assert not interests_of([Expect("a", state="ESTABLISHED")])[0].anything
