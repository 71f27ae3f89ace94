"""What each source sends -> canonical alerts, one file for each source.

Imports nothing, since the webhook loads the file of the source that posts, and no other.
"""
