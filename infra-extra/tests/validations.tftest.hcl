# Each variable refuses what would fail later, or worse, not fail.

mock_provider "aws" {
  override_during = plan

  mock_resource "aws_sns_topic" {
    defaults = { arn = "arn:aws:sns:us-west-2:123456789012:mock-topic" }
  }

  mock_resource "aws_sqs_queue" {
    defaults = { arn = "arn:aws:sqs:us-west-2:123456789012:mock-queue" }
  }

  mock_resource "aws_cloudwatch_metric_alarm" {
    defaults = { arn = "arn:aws:cloudwatch:us-west-2:123456789012:alarm:mock" }
  }
}

variables {
  stage  = "dev"
  region = "us-west-2"
}

run "the_stage_is_a_word" {
  command         = plan
  expect_failures = [var.stage]

  variables {
    stage = "Dev_1"
  }
}

run "the_region_is_one" {
  command         = plan
  expect_failures = [var.region]

  variables {
    region = "oregon"
  }
}

run "accounts_have_twelve_digits" {
  command         = plan
  expect_failures = [var.source_account_ids]

  variables {
    source_account_ids = ["123456789012", "12345"]
  }
}

run "services_are_those_that_are_read" {
  command         = plan
  expect_failures = [var.aws_services]

  variables {
    aws_services = ["s3"]
  }
}

run "other_regions_are_regions" {
  command         = plan
  expect_failures = [var.other_regions]

  variables {
    other_regions = ["ireland"]
  }
}

run "other_regions_are_others" {
  command         = plan
  expect_failures = [var.other_regions]

  variables {
    other_regions = ["us-west-2"]
  }
}

run "the_collector_has_time" {
  command         = plan
  expect_failures = [var.collector_timeout_seconds]

  variables {
    collector_timeout_seconds = 29
  }
}

run "lambda_gives_fifteen_minutes_at_most" {
  command         = plan
  expect_failures = [var.collector_timeout_seconds]

  variables {
    collector_timeout_seconds = 901
  }
}

run "dead_letters_outlive_the_queue" {
  command         = plan
  expect_failures = [var.queue_retention_days]

  variables {
    queue_retention_days = 14
  }
}

run "logs_are_kept_for_a_period_that_cloudwatch_knows" {
  command         = plan
  expect_failures = [var.log_retention_days]

  variables {
    log_retention_days = 45
  }
}

run "addresses_are_addresses" {
  command         = plan
  expect_failures = [var.operations_emails]

  variables {
    operations_emails = ["on-call"]
  }
}

run "some_requests_are_taken" {
  command         = plan
  expect_failures = [var.requests_per_second]

  variables {
    requests_per_second = 0
  }
}

run "a_burst_is_whole" {
  command         = plan
  expect_failures = [var.requests_burst]

  variables {
    requests_burst = 0.5
  }
}
