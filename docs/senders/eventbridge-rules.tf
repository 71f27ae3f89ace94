# Events of AWS services become issues. The rules send them to Alerting's bus, which accepts the services listed in `aws_services`
# in the stage's file. The tags of a job, task, database or instance may name the team; otherwise routing.toml does, in
# [source.aws-ecs] and so on.
variable "alerting_bus_arn" {
  description = "What infra-extra prints as alarm_bus_arn"
  type        = string
}

locals {
  rules = {
    states = {
      source        = ["aws.states"]
      "detail-type" = ["Step Functions Execution Status Change"]
      detail = {
        stateMachineArn = ["arn:aws:states:us-west-2:123456789012:stateMachine:nightly-etl"]
        status          = ["FAILED", "TIMED_OUT", "ABORTED", "SUCCEEDED"] # or nothing ends
      }
    }
    batch = {
      source        = ["aws.batch"]
      "detail-type" = ["Batch Job State Change"]
      detail        = { status = ["FAILED", "SUCCEEDED"] }
    }
    ecs = {
      source        = ["aws.ecs"]
      "detail-type" = ["ECS Service Action", "ECS Deployment State Change"]
      detail = {
        "$or" = [
          { eventType = ["WARN", "ERROR"] },
          { eventName = ["SERVICE_STEADY_STATE", "SERVICE_DEPLOYMENT_COMPLETED"] },
        ]
      }
    }
    ecs_tasks = {
      source        = ["aws.ecs"]
      "detail-type" = ["ECS Task State Change"]
      detail        = { lastStatus = ["STOPPED"], stopCode = ["EssentialContainerExited", "TaskFailedToStart"] }
    }
    guardduty = {
      source        = ["aws.guardduty"]
      "detail-type" = ["GuardDuty Finding"]
      detail        = { severity = [{ numeric = [">=", 7] }] }
    }
    health = {
      source        = ["aws.health"]
      "detail-type" = ["AWS Health Event", "AWS Health Abuse Event"]
    }
    rds = {
      source        = ["aws.rds"]
      "detail-type" = ["RDS DB Instance Event", "RDS DB Cluster Event"]
      detail        = { EventCategories = ["failure", "failover", "low storage"] }
    }
    backup = {
      source        = ["aws.backup"]
      "detail-type" = ["Backup Job State Change"]
      detail        = { state = ["FAILED", "EXPIRED", "ABORTED", "COMPLETED"] }
    }
  }
}

resource "aws_cloudwatch_event_rule" "alerting" {
  for_each = local.rules

  name          = "alerting-${each.key}"
  event_pattern = jsonencode(each.value)
}

resource "aws_cloudwatch_event_target" "alerting" {
  for_each = local.rules

  rule     = aws_cloudwatch_event_rule.alerting[each.key].name
  arn      = var.alerting_bus_arn
  role_arn = aws_iam_role.alerting.arn
}

resource "aws_iam_role" "alerting" {
  name = "events-to-alerting"

  assume_role_policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Principal = { Service = "events.amazonaws.com" }, Action = "sts:AssumeRole" }]
  })
}

resource "aws_iam_role_policy" "alerting" {
  role = aws_iam_role.alerting.id

  policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Action = "events:PutEvents", Resource = var.alerting_bus_arn }]
  })
}
