"""What the make targets `deploy-dev` and its like do: Terraform, then Chalice, with checks before."""
