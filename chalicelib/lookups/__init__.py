"""Look-ups: providers that list the alerts that fire, for what they do not report."""
