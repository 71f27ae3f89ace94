"""The whole system in processes, as people start it; `make check-all` runs it, as it takes minutes."""
