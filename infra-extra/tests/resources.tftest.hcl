# What is made, and how it hangs together, on a mock of AWS.

mock_provider "aws" {
  override_during = plan

  mock_data "aws_caller_identity" {
    defaults = { account_id = "123456789012" }
  }

  mock_data "aws_partition" {
    defaults = { partition = "aws" }
  }

  mock_resource "aws_sns_topic" {
    defaults = { arn = "arn:aws:sns:us-east-1:123456789012:mock-topic" }
  }

  mock_resource "aws_sqs_queue" {
    defaults = { arn = "arn:aws:sqs:us-east-1:123456789012:mock-queue" }
  }

  mock_resource "aws_kms_key" {
    defaults = { arn = "arn:aws:kms:us-east-1:123456789012:key/mock" }
  }

  mock_resource "aws_cloudwatch_metric_alarm" {
    defaults = { arn = "arn:aws:cloudwatch:us-east-1:123456789012:alarm:mock" }
  }
}

variables {
  stage  = "prod"
  region = "us-east-1"
}

run "names" {
  command = plan

  assert {
    condition     = aws_sns_topic.alerts.name == "alerting-prod-alerts" && aws_sns_topic.operations.name == "alerting-prod-operations"
    error_message = "The topics are named after the stage."
  }

  assert {
    condition     = aws_sqs_queue.alerts.name == "alerting-prod-alerts" && aws_sqs_queue.dead.name == "alerting-prod-alerts-dlq"
    error_message = "The queues are named after the stage."
  }

  assert {
    condition     = aws_dynamodb_table.state.name == "alerting-prod-alerts-state"
    error_message = "The table is named after the stage."
  }

  assert {
    condition = toset([for group in aws_cloudwatch_log_group.functions : group.name]) == toset([
      "/aws/lambda/alerting-prod", "/aws/lambda/alerting-prod-collector", "/aws/lambda/alerting-prod-reconcile",
    ])
    error_message = "Each function has its log group, the routes' without a suffix."
  }

  assert {
    condition     = output.secret_names == ["alerting-prod-alerting-app-secrets", "alerting-prod-webhook-secrets"]
    error_message = "The secrets have the names that the functions read."
  }

  assert {
    condition     = endswith(output.dashboard_url, "region=us-east-1#dashboards/dashboard/alerting-prod")
    error_message = "The dashboard's address names its region and stage."
  }
}

run "queues" {
  command = plan

  assert {
    condition     = aws_sqs_queue.alerts.visibility_timeout_seconds == 360
    error_message = "A message is hidden six times as long as the collector may take."
  }

  assert {
    condition     = jsondecode(aws_sqs_queue.alerts.redrive_policy) == { deadLetterTargetArn = aws_sqs_queue.dead.arn, maxReceiveCount = 20 }
    error_message = "After twenty receives a message goes to the dead-letter queue."
  }

  assert {
    condition     = aws_sqs_queue.dead.message_retention_seconds > aws_sqs_queue.alerts.message_retention_seconds
    error_message = "Dead letters outlive the queue's messages."
  }

  assert {
    condition     = aws_sqs_queue.alerts.sqs_managed_sse_enabled && aws_sqs_queue.dead.sqs_managed_sse_enabled
    error_message = "Both queues are encrypted."
  }

  assert {
    condition = alltrue([for queue in [aws_sqs_queue.alerts, aws_sqs_queue.dead] : [
      for each in jsondecode(queue.policy).Statement : each.Condition if each.Effect == "Allow"
    ] == [{ ArnEquals = { "aws:SourceArn" = ["arn:aws:sns:us-east-1:123456789012:alerting-prod-alerts"] } }]])
    error_message = "The topic alone may send to the queues."
  }

  assert {
    condition     = jsondecode(aws_sqs_queue.dead.policy).Statement[0].Resource == "arn:aws:sqs:us-east-1:123456789012:alerting-prod-alerts-dlq"
    error_message = "Each policy is about its own queue."
  }
}

run "tls_only" {
  command = plan

  assert {
    condition = alltrue([
      for policy in [
        aws_sqs_queue.alerts.policy, aws_sqs_queue.dead.policy, aws_sns_topic_policy.alerts.policy, aws_sns_topic_policy.operations.policy,
      ] :
      anytrue([
        for each in jsondecode(policy).Statement :
        each.Effect == "Deny" && each.Principal == "*" && each.Condition == { Bool = { "aws:SecureTransport" = "false" } }
      ])
    ])
    error_message = "Topics and queues are reached by TLS only."
  }
}

run "subscription" {
  command = plan

  assert {
    condition     = aws_sns_topic_subscription.queue.raw_message_delivery && aws_sns_topic_subscription.queue.protocol == "sqs"
    error_message = "Messages arrive raw, so that the source is an attribute."
  }

  assert {
    condition     = jsondecode(aws_sns_topic_subscription.queue.redrive_policy) == { deadLetterTargetArn = aws_sqs_queue.dead.arn }
    error_message = "What the queue does not take is a dead letter."
  }
}

run "who_publishes" {
  command = plan

  assert {
    condition = alltrue([
      for each in jsondecode(aws_sns_topic_policy.alerts.policy).Statement :
      each.Condition.StringEquals["aws:SourceAccount"] == ["123456789012"] && alltrue([
        for source in each.Condition.ArnLike["aws:SourceArn"] : strcontains(source, ":us-east-1:123456789012:")
      ])
      if contains(["AlarmsPublish", "RulesPublish"], each.Sid)
    ])
    error_message = "Alarms and rules of this account may publish, and of no other."
  }

  assert {
    condition = one([
      for each in jsondecode(aws_sns_topic_policy.alerts.policy).Statement : each.Condition if each.Sid == "FunctionsPublish"
      ]) == { ArnEquals = { "aws:PrincipalArn" = [
        "arn:aws:iam::123456789012:role/alerting-prod-api_handler", "arn:aws:iam::123456789012:role/alerting-prod-reconcile",
    ] } }
    error_message = "Of all roles, those of the routes and of reconcile may publish."
  }

  assert {
    condition     = length(jsondecode(aws_sns_topic_policy.alerts.policy).Statement) == 4
    error_message = "Nobody else may publish."
  }
}

run "other_accounts_and_regions" {
  command = plan

  variables {
    source_account_ids = ["111122223333", "444455556666"]
    other_regions      = ["eu-west-1"]
  }

  assert {
    condition = jsondecode(aws_sns_topic_policy.alerts.policy).Statement[0].Condition == {
      StringEquals = { "aws:SourceAccount" = ["111122223333", "444455556666"] }
      ArnLike = { "aws:SourceArn" = [
        "arn:aws:cloudwatch:us-east-1:111122223333:alarm:*", "arn:aws:cloudwatch:us-east-1:444455556666:alarm:*",
      ] }
    }
    error_message = "The accounts that are named may publish, and this one only if it is named."
  }

  assert {
    condition = jsondecode(aws_sqs_queue.alerts.policy).Statement[0].Condition.ArnEquals["aws:SourceArn"] == [
      "arn:aws:sns:us-east-1:123456789012:alerting-prod-alerts", "arn:aws:sns:eu-west-1:123456789012:alerting-prod-alerts",
    ]
    error_message = "The other region's topic may send to the queue."
  }
}

run "table" {
  command = plan

  assert {
    condition     = aws_dynamodb_table.state.hash_key == "fingerprint" && aws_dynamodb_table.state.range_key == null
    error_message = "The key is the fingerprint."
  }

  assert {
    condition = { for index in aws_dynamodb_table.state.global_secondary_index : index.name => [index.hash_key, index.range_key, index.projection_type] } == {
      due      = ["due_priority", "due_at", "KEYS_ONLY"]
      issues   = ["issue_repository", "issue_number", "KEYS_ONLY"]
      open     = ["open_priority", "open_since", "KEYS_ONLY"]
      resolved = ["resolved_day", "resolved_at", "KEYS_ONLY"]
      waiting  = ["waiting_priority", "waiting_since", "KEYS_ONLY"]
    }
    error_message = "The indexes are those that the code asks."
  }

  assert {
    condition     = aws_dynamodb_table.state.ttl[0].enabled && aws_dynamodb_table.state.ttl[0].attribute_name == "ttl_expires_at"
    error_message = "Rows end by themselves."
  }

  assert {
    condition = (
      aws_dynamodb_table.state.billing_mode == "PAY_PER_REQUEST"
      && aws_dynamodb_table.state.point_in_time_recovery[0].enabled
      && aws_dynamodb_table.state.server_side_encryption[0].enabled
      && aws_dynamodb_table.state.deletion_protection_enabled
    )
    error_message = "The table is paid on demand, can be brought back, is encrypted, and in prod protected."
  }
}

run "dev_may_be_deleted" {
  command = plan

  variables {
    stage = "dev"
  }

  assert {
    condition     = !aws_dynamodb_table.state.deletion_protection_enabled
    error_message = "Outside prod the table is not protected."
  }
}

run "prod_may_be_unprotected_to_delete_it" {
  command = plan

  variables {
    deletion_protection = false
  }

  assert {
    condition     = !aws_dynamodb_table.state.deletion_protection_enabled
    error_message = "deletion_protection decides where it is set."
  }
}

run "no_key_unless_wanted" {
  command = plan

  assert {
    condition     = length(aws_kms_key.topics) == 0
    error_message = "A key costs, so it is an option."
  }
}

run "own_key" {
  command = plan

  variables {
    customer_key = true
  }

  assert {
    condition     = aws_sns_topic.alerts.kms_master_key_id == aws_kms_key.topics[0].arn && aws_sns_topic.operations.kms_master_key_id == aws_kms_key.topics[0].arn
    error_message = "Both topics use the key."
  }

  assert {
    condition = one([for each in jsondecode(aws_kms_key.topics[0].policy).Statement : each if each.Sid == "SourcesEncrypt"]) == {
      Sid       = "SourcesEncrypt"
      Effect    = "Allow"
      Principal = { Service = ["cloudwatch.amazonaws.com", "events.amazonaws.com"] }
      Action    = ["kms:Decrypt", "kms:GenerateDataKey*"]
      Resource  = "*"
      Condition = { StringEquals = { "aws:SourceAccount" = ["123456789012"] } }
    }
    error_message = "CloudWatch and EventBridge may use the key for this account's alarms and rules."
  }

  assert {
    condition     = aws_kms_key.topics[0].enable_key_rotation
    error_message = "The key is rotated."
  }
}

run "logs_end" {
  command = plan

  assert {
    condition     = alltrue([for group in aws_cloudwatch_log_group.functions : group.retention_in_days == 90])
    error_message = "No log is kept for ever."
  }
}
