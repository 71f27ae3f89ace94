"""What arrives over HTTP: senders' alerts and GitHub's events, authenticated and published to the topic."""
