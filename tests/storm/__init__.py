"""Load on real processes; `make check-all` runs it, as it takes minutes."""
