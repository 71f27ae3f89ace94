"""The command line for the person on call, one module for each command; no function imports it."""
