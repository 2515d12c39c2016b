"""A second endpoint gets a name and a place of its own; a name is one that an address can have."""

from __future__ import annotations

import pytest

from workbench.texts import Problem
from workbench.viewmodel.address_form import UNIX, Where
from workbench.viewmodel.tab_names import checked, name_beside, place_beside


def where(host: str, port: str, family: str = "AF_INET") -> Where:
    return Where(family, "SOCK_STREAM", host, port)


def test_a_name_is_taken_as_it_is_meant() -> None:
    assert checked(" front_end-2 ", ["server-1"]) == "front_end-2"


@pytest.mark.parametrize("name", ["", "  ", "a b", "服务端", "a@b", "x" * 61, "lab-1", "server-1"])
def test_what_cannot_be_a_name_is_refused(name: str) -> None:
    with pytest.raises(Problem):
        checked(name, ["server-1"])


def test_a_second_one_counts_on() -> None:
    assert name_beside("server-1", ["server-1", "server-2"]) == "server-3"
    assert name_beside("gateway", ["gateway"]) == "gateway-1"
    assert name_beside("a-b-7", []) == "a-b-1"


def test_a_second_server_stands_on_the_next_port_that_no_other_wants() -> None:
    taken = [("127.0.0.1", "7000"), ("::1", "7001")]
    assert place_beside(where("127.0.0.1", "7000"), taken).port == "7002"
    assert place_beside(where("127.0.0.1", "65535"), [("h", "65535")]).port == "65535"


@pytest.mark.parametrize("port", ["0", "", "x", "٣"])
def test_a_port_that_says_nothing_stays(port: str) -> None:
    assert place_beside(where("h", port), [("h", port)]).port == port


def test_a_second_path_is_another_one() -> None:
    assert place_beside(where("temp:a", "", UNIX), [("temp:a", "")]).host == "temp:a-1"
    assert place_beside(where("temp:a", "", UNIX), [("temp:b", "")]).host == "temp:a"
    assert place_beside(where("@server-1", ""), [("@server-1", "")]).host == "@server-1"
