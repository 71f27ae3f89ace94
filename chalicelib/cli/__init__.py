"""The command line for the person on call, a module for each command; no function imports it."""
