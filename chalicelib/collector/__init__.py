"""A batch of messages from the queue: each is recorded, kept as a dead letter, or sent back to the queue."""
