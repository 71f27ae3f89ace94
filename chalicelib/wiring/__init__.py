"""The one composition: a `Stage` and its parts, for functions, commands and make targets alike.

What each of them needs is made on its first call and kept by the container.
"""
