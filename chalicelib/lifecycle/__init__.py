"""The life of a condition: what its row knows, what a message changes, what GitHub should see."""
