"""How a function loads its parts. It imports nothing of ours, since it runs first."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def loading() -> Iterator[None]:
    """Load without collecting garbage, and exclude what was loaded from later collections.

    Scanning everything imported, again and again, takes a sixth of the collector's cold start
    (docs.python.org/3/library/gc.html#gc.freeze).
    """
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()
