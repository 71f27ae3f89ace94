"""How a function loads its parts. With nothing to load itself, as it is there first."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def loading() -> Iterator[None]:
    """Load without collecting garbage meanwhile, and never collect it in what was loaded.

    Looking through all that has been imported, again and again, is a sixth of the collector's cold start
    (docs.python.org/3/library/gc.html#gc.freeze).
    """
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()
