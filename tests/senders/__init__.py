"""Real senders, configured by the files in docs/senders, against the local stack."""
