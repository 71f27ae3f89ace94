"""What is true of a condition, and what follows from it for its issue. Pure: no clock, network or table."""
