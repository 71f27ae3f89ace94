"""GitHub: what its API means (protocol), how much may be asked of it (budget), and the parts that ask."""
