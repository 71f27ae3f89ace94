"""In-memory twins of the ports: working, and held to the same contracts as the real parts."""
