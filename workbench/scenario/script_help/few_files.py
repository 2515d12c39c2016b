"""A call during which this process may open no further descriptor."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def no_files() -> Iterator[None]:
    """setrlimit(2), RLIMIT_NOFILE: the kernel answers EMFILE."""
    if sys.platform == "win32":
        raise NotImplementedError("Windows has no limit of descriptors that a process can set")
    import resource

    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    free = os.dup(0)
    os.close(free)
    resource.setrlimit(resource.RLIMIT_NOFILE, (free, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
