"""The command line, as a person at a prompt or a script meets it."""
