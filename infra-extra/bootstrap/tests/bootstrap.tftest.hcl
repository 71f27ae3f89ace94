# The bucket of the state, on a mock of AWS.

mock_provider "aws" {
  override_during = plan

  mock_resource "aws_s3_bucket" {
    defaults = { arn = "arn:aws:s3:::mock" }
  }
}

variables {
  stage  = "prod"
  bucket = "alerting-prod-123456789012-state"
  region = "us-east-1"
}

run "the_bucket_keeps_what_is_in_it" {
  command = plan

  assert {
    condition     = aws_s3_bucket.state.bucket == "alerting-prod-123456789012-state"
    error_message = "It has the name that the stage's file gives it."
  }

  assert {
    condition     = aws_s3_bucket_versioning.state.versioning_configuration[0].status == "Enabled"
    error_message = "An earlier state can be brought back."
  }

  assert {
    condition = alltrue([
      aws_s3_bucket_public_access_block.state.block_public_acls, aws_s3_bucket_public_access_block.state.block_public_policy,
      aws_s3_bucket_public_access_block.state.ignore_public_acls, aws_s3_bucket_public_access_block.state.restrict_public_buckets,
    ])
    error_message = "Nothing of it is public."
  }

  assert {
    condition     = jsondecode(aws_s3_bucket_policy.state.policy).Statement[0].Condition == { Bool = { "aws:SecureTransport" = "false" } }
    error_message = "It is reached by TLS only."
  }
}

run "a_stage_that_cannot_be_is_refused" {
  command         = plan
  expect_failures = [var.stage]

  variables {
    stage = "two-words"
  }
}

run "a_bucket_that_cannot_be_is_refused" {
  command         = plan
  expect_failures = [var.bucket]

  variables {
    bucket = "Bucket"
  }
}

run "a_region_that_cannot_be_is_refused" {
  command         = plan
  expect_failures = [var.region]

  variables {
    region = "east"
  }
}
