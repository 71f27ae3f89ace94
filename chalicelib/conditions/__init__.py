"""What is true of a condition, and what its issue should show for it. Pure: no clock, network or table."""
