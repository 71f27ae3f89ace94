"""What runs every minute, with or without a message: due rows, drift, alarms, boards, gauges."""
