# A region beside the stage's own, on a mock of AWS.

mock_provider "aws" {
  override_during = plan

  mock_data "aws_caller_identity" {
    defaults = { account_id = "123456789012" }
  }

  mock_data "aws_partition" {
    defaults = { partition = "aws" }
  }

  mock_resource "aws_sns_topic" {
    defaults = { arn = "arn:aws:sns:eu-west-1:123456789012:mock-topic" }
  }

  mock_resource "aws_sqs_queue" {
    defaults = { arn = "arn:aws:sqs:eu-west-1:123456789012:mock-queue" }
  }

  mock_resource "aws_cloudwatch_metric_alarm" {
    defaults = { arn = "arn:aws:cloudwatch:eu-west-1:123456789012:alarm:mock" }
  }
}

variables {
  stage       = "prod"
  region      = "eu-west-1"
  home_region = "us-east-1"
}

run "its_topic_delivers_home" {
  command = plan

  assert {
    condition     = module.alerts.topic.name == "alerting-prod-alerts"
    error_message = "The topic has the name that the queue at home lets in."
  }

  assert {
    condition = (
      module.alerts.queues["alerts"].endpoint == "arn:aws:sqs:us-east-1:123456789012:alerting-prod-alerts"
      && module.alerts.queues["alerts"].raw_message_delivery
    )
    error_message = "The stage's queue takes its messages, raw."
  }

  assert {
    condition     = jsondecode(module.alerts.queues["alerts"].redrive_policy) == { deadLetterTargetArn = aws_sqs_queue.dead.arn }
    error_message = "What the queue does not take is kept here."
  }
}

run "who_publishes" {
  command = plan

  variables {
    source_account_ids = ["111122223333"]
  }

  assert {
    condition = jsondecode(module.alerts.policy.policy).Statement[0].Condition == {
      StringEquals = { "aws:SourceAccount" = ["111122223333"] }
    }
    error_message = "Alarms of the accounts that are named may publish."
  }

  assert {
    condition     = [for each in jsondecode(module.alerts.policy.policy).Statement : each.Sid] == ["AlarmsPublish", "RulesPublish", "TlsOnly"]
    error_message = "Nobody else may publish."
  }
}

run "rules_send_to_the_bus_at_home" {
  command = plan

  variables {
    direct_rules = false
  }

  assert {
    condition     = [for each in jsondecode(module.alerts.policy.policy).Statement : each.Sid] == ["AlarmsPublish", "TlsOnly"]
    error_message = "No rule publishes to this topic."
  }
}

run "undelivered_alerts_are_told" {
  command = plan

  variables {
    operations_emails = ["on-call@example.org"]
  }

  assert {
    condition = (
      aws_cloudwatch_metric_alarm.undelivered.dimensions == tomap({ QueueName = "alerting-prod-alerts-dlq" })
      && aws_cloudwatch_metric_alarm.undelivered.alarm_actions == toset([module.operations.topic.arn])
      && module.operations.emails["on-call@example.org"].protocol == "email"
    )
    error_message = "Somebody hears of what did not get home."
  }

  assert {
    condition = jsondecode(aws_sqs_queue.dead.policy).Statement[0].Condition == {
      ArnEquals = { "aws:SourceArn" = "arn:aws:sns:eu-west-1:123456789012:alerting-prod-alerts" }
    }
    error_message = "The topic alone may send to the dead-letter queue."
  }

  assert {
    condition     = jsondecode(aws_sqs_queue.dead.redrive_allow_policy) == { redrivePermission = "denyAll" }
    error_message = "No queue's dead letters get there."
  }
}

run "the_stage_is_a_word" {
  command         = plan
  expect_failures = [var.stage]

  variables {
    stage = "alerting-prod"
  }
}

run "the_region_is_one" {
  command         = plan
  expect_failures = [var.region]

  variables {
    region = "ireland"
  }
}

run "the_home_region_is_one" {
  command         = plan
  expect_failures = [var.home_region]

  variables {
    home_region = "virginia"
  }
}

run "the_home_region_is_another" {
  command         = plan
  expect_failures = [var.home_region]

  variables {
    home_region = "eu-west-1"
  }
}

run "accounts_have_twelve_digits" {
  command         = plan
  expect_failures = [var.source_account_ids]

  variables {
    source_account_ids = ["all"]
  }
}

run "addresses_are_addresses" {
  command         = plan
  expect_failures = [var.operations_emails]

  variables {
    operations_emails = ["on-call"]
  }
}
