"""The command line on a whole stage, which takes seconds to start: left to `make check-rest`."""
