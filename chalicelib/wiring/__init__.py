"""The one composition: a `Stage` and its parts, for functions, commands and make targets alike.

What one needs is made at its first call and kept by the container.
"""
