"""A reading as JSON: what is known, by its names."""

from __future__ import annotations

import json
from dataclasses import asdict, fields

import pytest

from workbench.engine.model.kernel_reading import Reading, to_json


@pytest.mark.parametrize(
    "reading",
    [
        Reading(),
        Reading(unread=0),
        Reading(state='not a "state"'),
        Reading("LISTEN", *range(len(fields(Reading)) - 1)),
    ],
)
def test_what_is_known_is_told(reading: Reading) -> None:
    known = {name: value for name, value in asdict(reading).items() if value is not None}
    assert json.loads(to_json(reading)) == known
