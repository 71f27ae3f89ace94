"""Adapters: what a source sends -> canonical alerts. Imports nothing, as the webhook needs only `split`."""
