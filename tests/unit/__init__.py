"""Rules of the pure modules."""

from hypothesis import settings

# A deadline would be a timed assertion, which fails where others use the machine.
settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")
