"""The lab as a person sees it: where its parts stand is judged, and that nothing moves."""

from __future__ import annotations

import pytest


@pytest.fixture
def dressed() -> bool:
    return True
