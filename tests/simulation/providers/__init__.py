"""Providers as they really are: each model is written from its provider's documentation and source.

A model hears what happens (a condition begins, a silence is set, a peer restarts), says what that provider
would say, and shows at its console what a person would see there. It knows nothing of our code.
"""
