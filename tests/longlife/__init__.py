"""A month in the life of a stage, in virtual time: what must not grow, and what upgrades must not lose."""
