"""The demo: the life of a dozen alerts on the local stack, shown as it happens and checked at the end."""
