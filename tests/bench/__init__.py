"""Benchmarks that a stranger can repeat: `make bench` and `make bench-scale`."""
