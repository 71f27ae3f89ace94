terraform {
  required_version = ">= 1.11"

  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = ">= 5.100, < 7.0"
    }
  }

  # Completed by `terraform init -backend-config=../../build/stages/<stage>/backend.json -backend-config=key=alerting/<stage>-ci.tfstate`.
  backend "s3" {}
}

provider "aws" {
  region = var.region

  default_tags {
    tags = { project = "alerting", stage = var.stage }
  }
}
