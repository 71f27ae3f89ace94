"""How often GitHub is called: one budget, shared by all running functions."""
