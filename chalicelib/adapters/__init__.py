"""What each source sends -> canonical alerts, one file a source.

Imports nothing, as the webhook needs only `split`.
"""
