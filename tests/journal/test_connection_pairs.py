"""Two ends find each other by mirrored addresses, in any order, and nobody else's."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from workbench.journal import connection_pairs
from workbench.journal.connection_pairs import Pairs

A, B, C = "127.0.0.1:5", "127.0.0.1:80", "127.0.0.1:81"


def test_either_end_may_be_named_first() -> None:
    known = Pairs()
    assert known.named(1, A, B) is None
    assert known.named(2, B, A) == 1
    assert known.named(1, A, B) == 2


def test_addresses_may_come_one_by_one() -> None:
    known = Pairs()
    assert known.named(1, A, None) is None
    assert known.named(1, None, B) is None
    assert known.named(2, B, A) == 1


def test_a_client_may_be_gone_before_its_accept_is_recorded() -> None:
    known = Pairs()
    known.named(1, A, B)
    known.closed(1)
    assert known.named(2, B, A) == 1


def test_a_port_that_is_used_again_is_another_connection() -> None:
    known = Pairs()
    known.named(1, A, B)
    known.named(2, B, A)
    known.closed(1)
    assert known.named(3, B, A) is None  # a stranger from the same port
    known.closed(2)
    known.closed(3)
    known.named(4, None, None)  # socket(): after the stranger has gone
    assert known.named(4, A, B) is None
    assert known.named(5, B, A) == 4


def test_an_accept_may_be_over_before_its_connect_is_recorded() -> None:
    known = Pairs()
    known.named(1, None, None)
    known.named(2, B, A)
    known.closed(2)
    assert known.named(1, A, B) == 2


def test_one_that_is_still_open_is_not_given_away() -> None:
    """A UDP socket that stays connected, and another at the address of the one that has gone."""
    known = Pairs()
    known.named(1, A, B)
    assert known.named(2, B, A) == 1
    known.closed(2)
    assert known.named(3, B, A) is None
    assert known.named(1, A, B) is None


def test_nobody_is_their_own_other_end() -> None:
    """TCP can connect to itself: both addresses are the same."""
    assert Pairs().named(1, A, A) is None


def test_an_unnamed_unix_socket_has_no_pair() -> None:
    known = Pairs()
    known.named(1, None, "/tmp/s")
    assert known.named(2, "/tmp/s", None) is None


def test_one_that_is_connected_elsewhere_leaves_its_old_name() -> None:
    known = Pairs()
    known.named(1, A, B)
    known.named(1, A, C)
    assert known.named(2, B, A) is None
    assert known.named(3, C, A) == 1


def test_memory_stays_flat() -> None:
    known = Pairs()
    for number in range(5 * connection_pairs.SPARE):
        known.named(number, f"127.0.0.1:{number}", B)  # without a partner
        known.closed(number)
        known.named(-number - 1, f"x:{number}", C)
        known.named(number + 100_000, C, f"x:{number}")
        known.closed(-number - 1)
        known.closed(number + 100_000)
    for kept in vars(known).values():
        assert isinstance(kept, int) or len(kept) <= connection_pairs.SPARE + 5


@given(
    st.lists(
        st.tuples(
            st.integers(1, 6),
            st.sampled_from([A, B, C, None]),
            st.sampled_from([A, B, C, None]),
            st.booleans(),
        ),
        max_size=60,
    )
)
def test_no_open_connection_is_given_to_two(steps: list[tuple[int, str, str, bool]]) -> None:
    known = Pairs()
    partner: dict[int, int] = {}
    names: dict[int, tuple[str | None, str | None]] = {}
    for number, local, peer, close in steps:
        before = names.pop(number, (None, None))
        if not close:
            names[number] = (local or before[0], peer or before[1])
        if close or names[number] != before:  # a new connection, or one that went elsewhere
            for end in [end for end, other in partner.items() if number in {end, other}]:
                del partner[end]
        if close:
            known.closed(number)
            continue
        found = known.named(number, local, peer)
        if found is not None:
            assert found != number
            assert partner.get(found, number) == number
            partner[number], partner[found] = found, number
