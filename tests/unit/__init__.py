"""Rules of the pure modules."""
