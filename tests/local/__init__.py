"""Stand-ins for AWS and GitHub on loopback ports; they share no code with chalicelib."""
