"""Each frame has a key of its own, also beyond what the system gave at once."""

from __future__ import annotations

from workbench.engine.protocol.websocket.mask_keys import MaskKeys


def test_keys_are_four_bytes_and_differ() -> None:
    keys = MaskKeys()
    made = [keys.next() for _ in range(1000)]
    assert {len(key) for key in made} == {4}
    assert len(set(made)) > 990
