"""Collects scenario files for pytest, which looks at every file of a folder."""

from __future__ import annotations

from collections.abc import Iterator

import pytest


class ScenarioFile(pytest.File):
    """A file of one scenario."""

    def collect(self) -> Iterator[pytest.Item]:
        """Its tests; only now is anything of the program needed."""
        from workbench.testing.items import items_of

        return items_of(self)
