"""What each source sends -> canonical alerts, one file a source.

Imports nothing, as the webhook loads the file of the source that posts, and no other.
"""
