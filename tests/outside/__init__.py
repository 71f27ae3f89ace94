"""Checks by others: descriptions, signatures and stores that do not share our picture of the outside."""
