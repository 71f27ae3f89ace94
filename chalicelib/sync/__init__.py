"""Makes GitHub agree with one row, one step at a time: claim, budget, execute, settle."""
