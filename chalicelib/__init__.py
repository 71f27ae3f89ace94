"""Alerting: provider alerts become GitHub issues, one open issue per condition."""

__version__ = "0.1.0"
