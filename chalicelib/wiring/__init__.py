"""Puts everything together, in one place: a `Stage` and its parts, for functions, commands and make targets.

Each part is made when it is first needed, and kept for as long as the container lives.
"""
