"""The whole system on the stand-ins: from what a provider sends to what GitHub shows."""
