"""The clock of a record."""

from __future__ import annotations

import datetime

import pytest

from workbench.engine.model.events import Clock


@pytest.mark.parametrize("wall_ns", [
    1_790_000_000_999_999_999,  # a float of these seconds is the next whole second
    1_790_000_000_095_932_999,
    1_790_000_000_000_000_000,
])  # fmt: skip
def test_moments_are_cut_not_rounded(wall_ns: int) -> None:
    clock = Clock(wall_ns, 0)
    moment = clock.moment(0)
    since = moment - datetime.datetime(1970, 1, 1, tzinfo=datetime.UTC)
    assert since // datetime.timedelta(microseconds=1) == wall_ns // 1000
    assert clock.moment(1_500_000_000) - moment == datetime.timedelta(seconds=1.5)
