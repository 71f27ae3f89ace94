"""The one place where real clocks, clients and settings are chosen, and everyone meets everyone.

What a function needs is made at its first call and kept by the container.
"""
