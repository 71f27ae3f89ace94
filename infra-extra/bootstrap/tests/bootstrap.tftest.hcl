# The bucket of the state, on a mock of AWS.

mock_provider "aws" {
  override_during = plan

  mock_resource "aws_s3_bucket" {
    defaults = { arn = "arn:aws:s3:::mock" }
  }
}

run "the_bucket_is_the_one_that_the_backend_names" {
  command = plan

  variables {
    stage = "prod"
  }

  assert {
    condition     = alltrue([for text in [aws_s3_bucket.state.bucket, local.backend.region] : strcontains(file("../backend-prod.hcl"), "= \"${text}\"\n")])
    error_message = "Name and region are read in backend-prod.hcl."
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

run "a_stage_has_its_backend" {
  command         = plan
  expect_failures = [var.stage]

  variables {
    stage = "staging"
  }
}
