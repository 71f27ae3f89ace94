"""How much GitHub is asked, by one budget that all running functions share."""
