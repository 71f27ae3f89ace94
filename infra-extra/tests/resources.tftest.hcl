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
    condition     = module.alerts.topic.name == "alerting-prod-alerts" && module.operations.topic.name == "alerting-prod-operations"
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
    condition = jsondecode(aws_sqs_queue.dead.redrive_allow_policy) == {
      redrivePermission = "byQueue", sourceQueueArns = ["arn:aws:sqs:us-east-1:123456789012:alerting-prod-alerts"]
    }
    error_message = "No other queue's dead letters get there."
  }

  assert {
    condition     = aws_sqs_queue.alerts.sqs_managed_sse_enabled && aws_sqs_queue.dead.sqs_managed_sse_enabled
    error_message = "Both queues are encrypted."
  }

  assert {
    condition = [for each in jsondecode(aws_sqs_queue.alerts.policy).Statement : each.Condition if each.Effect == "Allow"] == [
      { ArnEquals = { "aws:SourceArn" = ["arn:aws:sns:us-east-1:123456789012:alerting-prod-alerts"] } }
    ]
    error_message = "The topic alone may send to the queue."
  }

  assert {
    condition = { for each in jsondecode(aws_sqs_queue.dead.policy).Statement : each.Principal.Service => each.Condition if each.Effect == "Allow" } == {
      "sns.amazonaws.com"    = { ArnEquals = { "aws:SourceArn" = ["arn:aws:sns:us-east-1:123456789012:alerting-prod-alerts"] } }
      "events.amazonaws.com" = { ArnEquals = { "aws:SourceArn" = ["arn:aws:events:us-east-1:123456789012:rule/alerting-prod-alarms/alerting-prod-alarms"] } }
    }
    error_message = "The topic and our own rule alone may send to the dead-letter queue."
  }

  assert {
    condition = alltrue([for queue in [aws_sqs_queue.alerts, aws_sqs_queue.dead] : alltrue([
      for each in jsondecode(queue.policy).Statement : each.Resource == "arn:aws:sqs:us-east-1:123456789012:${queue.name}"
    ])])
    error_message = "Each policy is about its own queue."
  }
}

run "tls_only" {
  command = plan

  assert {
    condition = alltrue([
      for policy in [
        aws_sqs_queue.alerts.policy, aws_sqs_queue.dead.policy, module.alerts.policy.policy, module.operations.policy.policy,
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
    condition     = module.alerts.queues["alerts"].raw_message_delivery && module.alerts.queues["alerts"].protocol == "sqs"
    error_message = "Messages arrive raw, so that the source is an attribute."
  }

  assert {
    condition     = jsondecode(module.alerts.queues["alerts"].redrive_policy) == { deadLetterTargetArn = aws_sqs_queue.dead.arn }
    error_message = "What the queue does not take is a dead letter."
  }
}

run "who_publishes" {
  command = plan

  variables {
    direct_rules = false
  }

  assert {
    condition = one([
      for each in jsondecode(module.alerts.policy.policy).Statement : each.Condition if each.Sid == "AlarmsPublish"
    ]) == { StringEquals = { "aws:SourceAccount" = ["123456789012"] } }
    error_message = "Alarms of this account may publish, whatever alphabet they are named in, and of no other."
  }

  assert {
    condition = [
      for each in jsondecode(module.alerts.policy.policy).Statement : each.Condition
      if each.Effect == "Allow" && try(each.Principal.Service, "") == "events.amazonaws.com"
    ] == [{ ArnEquals = { "aws:SourceArn" = ["arn:aws:events:us-east-1:123456789012:rule/alerting-prod-alarms/alerting-prod-alarms"] } }]
    error_message = "Of all rules, our own may publish."
  }

  assert {
    condition = one([
      for each in jsondecode(module.alerts.policy.policy).Statement : each.Condition if each.Sid == "FunctionsPublish"
      ]) == { ArnEquals = { "aws:PrincipalArn" = [
        "arn:aws:iam::123456789012:role/alerting-prod-api_handler", "arn:aws:iam::123456789012:role/alerting-prod-reconcile",
    ] } }
    error_message = "Of all roles, those of the routes and of reconcile may publish."
  }

  assert {
    condition     = length(jsondecode(module.alerts.policy.policy).Statement) == 4
    error_message = "Nobody else may publish."
  }
}

run "rules_that_publish_directly_go_on" {
  command = plan

  variables {
    source_account_ids = ["111122223333"]
  }

  assert {
    condition = one([for each in jsondecode(module.alerts.policy.policy).Statement : each.Condition if each.Sid == "RulesPublish"]) == {
      StringEquals = { "aws:SourceAccount" = ["111122223333"] }
      ArnLike      = { "aws:SourceArn" = ["arn:aws:events:us-east-1:111122223333:rule/*"] }
    }
    error_message = "Unless direct_rules is off, rules of the accounts that are named publish as they did."
  }
}

run "the_bus" {
  command = plan

  variables {
    source_account_ids = ["111122223333", "444455556666"]
  }

  assert {
    condition     = aws_cloudwatch_event_bus.alarms.name == "alerting-prod-alarms" && aws_cloudwatch_event_rule.alarms.name == "alerting-prod-alarms"
    error_message = "The bus and its rule have the names in the rule's ARN, which the topic's policy names."
  }

  assert {
    condition = jsondecode(aws_cloudwatch_event_bus_policy.alarms.policy).Statement == [{
      Sid       = "RulesSend"
      Effect    = "Allow"
      Principal = { AWS = ["arn:aws:iam::111122223333:root", "arn:aws:iam::444455556666:root"] }
      Action    = "events:PutEvents"
      Resource  = "arn:aws:events:us-east-1:123456789012:event-bus/alerting-prod-alarms"
      Condition = {
        StringEquals = {
          "events:source"      = "aws.cloudwatch"
          "events:detail-type" = ["CloudWatch Alarm State Change", "CloudWatch Alarm Contributor State Change"]
        }
        BoolIfExists = { "events:eventBusInvocation" = "true" }
      }
    }]
    error_message = "Rules of the accounts that are named may send alarms, and nothing else."
  }

  assert {
    condition = jsondecode(aws_cloudwatch_event_rule.alarms.event_pattern) == {
      source      = ["aws.cloudwatch"]
      account     = ["111122223333", "444455556666"]
      detail-type = ["CloudWatch Alarm State Change", "CloudWatch Alarm Contributor State Change"]
    }
    error_message = "Our rule takes alarms, of the accounts that are named."
  }

  assert {
    condition = (
      aws_cloudwatch_event_target.topic.arn == module.alerts.topic.arn
      && aws_cloudwatch_event_target.topic.event_bus_name == "alerting-prod-alarms"
      && aws_cloudwatch_event_target.topic.input == null
      && aws_cloudwatch_event_target.topic.input_path == null
      && length(aws_cloudwatch_event_target.topic.input_transformer) == 0
    )
    error_message = "The topic gets events as they are."
  }

  assert {
    condition     = aws_cloudwatch_event_target.topic.dead_letter_config[0].arn == aws_sqs_queue.dead.arn
    error_message = "What the topic does not take is a dead letter."
  }

  assert {
    condition = (
      aws_cloudwatch_event_target.topic.retry_policy[0].maximum_event_age_in_seconds == 86400
      && aws_cloudwatch_event_target.topic.retry_policy[0].maximum_retry_attempts == 185
    )
    error_message = "It is tried again for a day."
  }
}

run "budgets_publish_where_they_may" {
  command = plan

  variables {
    budgets      = true
    customer_key = true
  }

  assert {
    condition = one([for each in jsondecode(module.alerts.policy.policy).Statement : each.Condition if each.Sid == "BudgetsPublish"]) == {
      StringEquals = { "aws:SourceAccount" = "123456789012" }
      ArnLike      = { "aws:SourceArn" = "arn:aws:budgets::123456789012:*" }
    }
    error_message = "Budgets of this account may publish."
  }

  assert {
    condition     = contains([for each in jsondecode(aws_kms_key.topics[0].policy).Statement : each.Sid], "BudgetsEncrypt")
    error_message = "Budgets may use the key of the topic."
  }
}

run "services_on_the_bus" {
  command = plan

  variables {
    aws_services = ["ecs", "health"]
  }

  assert {
    condition = [for each in jsondecode(aws_cloudwatch_event_bus_policy.alarms.policy).Statement : [each.Sid, each.Condition.StringEquals["events:source"]]] == [
      ["RulesSend", "aws.cloudwatch"], ["ServicesSend", ["aws.ecs", "aws.health"]],
    ]
    error_message = "Rules may send events of the services that are named too."
  }

  assert {
    condition = jsondecode(aws_cloudwatch_event_rule.alarms.event_pattern) == {
      account = ["123456789012"]
      "$or" = [
        { source = ["aws.cloudwatch"], detail-type = ["CloudWatch Alarm State Change", "CloudWatch Alarm Contributor State Change"] },
        { source = ["aws.ecs", "aws.health"] },
      ]
    }
    error_message = "Our rule takes them too."
  }
}

run "other_accounts_and_regions" {
  command = plan

  variables {
    source_account_ids = ["111122223333", "444455556666"]
    other_regions      = ["eu-west-1"]
  }

  assert {
    condition = jsondecode(module.alerts.policy.policy).Statement[0].Condition == {
      StringEquals = { "aws:SourceAccount" = ["111122223333", "444455556666"] }
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
      groups   = ["group", "group_since", "KEYS_ONLY"]
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

run "a_shared_table_keeps_its_rows" {
  command = plan

  variables {
    shared_table = true
  }

  assert {
    condition     = length(aws_dynamodb_table.state.ttl) == 0
    error_message = "A table that is strongly consistent in several regions has no time to live."
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
    condition     = module.alerts.topic.kms_master_key_id == aws_kms_key.topics[0].arn && module.operations.topic.kms_master_key_id == aws_kms_key.topics[0].arn
    error_message = "Both topics use the key."
  }

  assert {
    condition = one([for each in jsondecode(aws_kms_key.topics[0].policy).Statement : each if each.Sid == "AlarmsEncrypt"]) == {
      Sid       = "AlarmsEncrypt"
      Effect    = "Allow"
      Principal = { Service = "cloudwatch.amazonaws.com" }
      Action    = ["kms:Decrypt", "kms:GenerateDataKey*"]
      Resource  = "*"
      Condition = { StringEquals = { "aws:SourceAccount" = ["123456789012"] } }
    }
    error_message = "CloudWatch may use the key for this account's alarms."
  }

  # "Adding aws:SourceAccount, aws:SourceArn and aws:SourceOrgID to a KMS policy is not supported for EventBridge-to-encrypted topics."
  # https://docs.aws.amazon.com/sns/latest/dg/sns-key-management.html
  assert {
    condition = [
      for each in jsondecode(aws_kms_key.topics[0].policy).Statement : each
      if contains(flatten([try(each.Principal.Service, [])]), "events.amazonaws.com")
      ] == [{
        Sid       = "RulesEncrypt"
        Effect    = "Allow"
        Principal = { Service = "events.amazonaws.com" }
        Action    = ["kms:Decrypt", "kms:GenerateDataKey*"]
        Resource  = "*"
        Condition = { StringEquals = { "kms:EncryptionContext:aws:sns:topicArn" = "arn:aws:sns:us-east-1:123456789012:alerting-prod-alerts" } }
    }]
    error_message = "EventBridge may use the key for the topic of alerts, by a condition that AWS supports there."
  }

  assert {
    condition     = aws_kms_key.topics[0].enable_key_rotation
    error_message = "The key is rotated."
  }
}

run "own_key_and_other_accounts" {
  command = plan

  variables {
    customer_key       = true
    source_account_ids = ["111122223333"]
  }

  assert {
    condition = one([for each in jsondecode(aws_kms_key.topics[0].policy).Statement : each.Condition if each.Sid == "AlarmsEncrypt"]) == {
      StringEquals = { "aws:SourceAccount" = ["111122223333", "123456789012"] }
    }
    error_message = "Alerting's own alarms, which are of this account, can use the key too."
  }
}

run "logs_end" {
  command = plan

  assert {
    condition     = alltrue([for group in aws_cloudwatch_log_group.functions : group.retention_in_days == 90])
    error_message = "No log is kept for ever."
  }
}
