"""Deploying for real: real terraform and chalice against the stand-in for AWS; `make check-all` runs it."""
