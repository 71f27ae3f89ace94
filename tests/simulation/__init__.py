"""Deterministic simulation: the real code in virtual time, on services as hostile as the real ones.

One seed decides everything. A scenario is a list of stimuli, each at its time: providers speak, people act,
calls fail, workers crash. Workers are greenlets that take turns at every call to the outside. After the last
stimulus the world is left alone until it is quiet, and what the README promises is checked.
"""
