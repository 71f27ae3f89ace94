# AWS services: what they report becomes issues. The topic must be in the region of the rules, and infra-extra must have
# `direct_rules = true`, its default. An input transformer adds the team and the priority; tags of a job, a task, a
# database or an instance may name them instead, then leave it out.
variable "alerting_topic_arn" {
  description = "What infra-extra prints as alarm_topic_arn"
  type        = string
}

locals {
  rules = {
    states = {
      team = "data", priority = "P2"
      pattern = {
        source        = ["aws.states"]
        "detail-type" = ["Step Functions Execution Status Change"]
        detail = {
          stateMachineArn = ["arn:aws:states:us-west-2:123456789012:stateMachine:nightly-etl"]
          status          = ["FAILED", "TIMED_OUT", "ABORTED", "SUCCEEDED"] # or nothing ends
        }
      }
    }
    batch = {
      team = "data", priority = "P2"
      pattern = {
        source        = ["aws.batch"]
        "detail-type" = ["Batch Job State Change"]
        detail        = { status = ["FAILED", "SUCCEEDED"] }
      }
    }
    ecs = {
      team = "web", priority = "P1"
      pattern = {
        source        = ["aws.ecs"]
        "detail-type" = ["ECS Service Action", "ECS Deployment State Change"]
        detail = {
          "$or" = [
            { eventType = ["WARN", "ERROR"] },
            { eventName = ["SERVICE_STEADY_STATE", "SERVICE_DEPLOYMENT_COMPLETED"] },
          ]
        }
      }
    }
    ecs_tasks = {
      team = "data", priority = "P2"
      pattern = {
        source        = ["aws.ecs"]
        "detail-type" = ["ECS Task State Change"]
        detail        = { lastStatus = ["STOPPED"], stopCode = ["EssentialContainerExited", "TaskFailedToStart"] }
      }
    }
    guardduty = {
      team = "security", priority = "P1"
      pattern = {
        source        = ["aws.guardduty"]
        "detail-type" = ["GuardDuty Finding"]
        detail        = { severity = [{ numeric = [">=", 7] }] }
      }
    }
    health = {
      team = "infra", priority = "P2"
      pattern = {
        source        = ["aws.health"]
        "detail-type" = ["AWS Health Event", "AWS Health Abuse Event"]
      }
    }
    rds = {
      team = "storage", priority = "P2"
      pattern = {
        source        = ["aws.rds"]
        "detail-type" = ["RDS DB Instance Event", "RDS DB Cluster Event"]
        detail        = { EventCategories = ["failure", "failover", "low storage"] }
      }
    }
    backup = {
      team = "storage", priority = "P2"
      pattern = {
        source        = ["aws.backup"]
        "detail-type" = ["Backup Job State Change"]
        detail        = { state = ["FAILED", "EXPIRED", "ABORTED", "COMPLETED"] }
      }
    }
  }
}

resource "aws_cloudwatch_event_rule" "alerting" {
  for_each = local.rules

  name          = "alerting-${each.key}"
  event_pattern = jsonencode(each.value.pattern)
}

resource "aws_cloudwatch_event_target" "alerting" {
  for_each = local.rules

  rule = aws_cloudwatch_event_rule.alerting[each.key].name
  arn  = var.alerting_topic_arn

  # Without quotes: EventBridge puts the whole event there
  # (https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-transform-target-input.html).
  input_transformer {
    input_template = <<-EOT
      {"team": "${each.value.team}", "priority": "${each.value.priority}", "event": <aws.events.event.json>}
    EOT
  }
}
