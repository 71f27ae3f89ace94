"""What the make targets such as `deploy-dev` do: Terraform, then Chalice, with checks before."""
