"""What a filter may ask for: the names and addresses of a record, each once."""

from __future__ import annotations

from tests.journal.conftest import Make, event
from workbench.engine.model.events import NOTE
from workbench.journal.occurring import Occurring, together


def test_names_errors_and_addresses_occur_once_each(make: Make) -> None:
    found = make(
        [
            event(call="connect", errno="ECONNREFUSED", error="ConnectionRefusedError"),
            event(call="connect", errno="ECONNREFUSED", error="ConnectionRefusedError"),
            event(call="recvfrom", peer="10.0.0.7:9"),
            event(kind=NOTE, call="note", args="x"),
        ]
    ).occurring()
    assert "server-1" in found.endpoint
    assert [call for call in found.call if call == "connect"] == ["connect"]
    assert found.errno == ("ECONNREFUSED",)
    assert found.error == ("ConnectionRefusedError",)
    assert "10.0.0.7:9" in found.peer
    assert set(found.kind) == {"call", "note"}
    assert found.local


def test_parts_of_a_record_are_put_together() -> None:
    parts = [Occurring(call=("a", "b")), Occurring(call=("b", "c"), peer=("p",))]
    assert together(parts) == Occurring(call=("a", "b", "c"), peer=("p",))
    assert together([]) == Occurring()
