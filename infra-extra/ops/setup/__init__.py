"""From an AWS account to the first issue, step by step (`make setup`)."""
