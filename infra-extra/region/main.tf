# An alarm's action must be in the alarm's own region: its topic is here, and delivers to the stage's queue at home.
data "aws_caller_identity" "here" {}
data "aws_partition" "here" {}

locals {
  prefix     = "alerting-${var.stage}"
  partition  = data.aws_partition.here.partition
  account_id = data.aws_caller_identity.here.account_id
  sources    = length(var.source_account_ids) > 0 ? var.source_account_ids : [local.account_id]
  topic_arn  = "arn:${local.partition}:sns:${var.region}:${local.account_id}:${local.prefix}-alerts"
  queue_arn  = "arn:${local.partition}:sqs:${var.home_region}:${local.account_id}:${local.prefix}-alerts"
  dlq_arn    = "arn:${local.partition}:sqs:${var.region}:${local.account_id}:${local.prefix}-alerts-dlq"
}

locals {
  # A rule may carry an input transformer, and so say anything in the name of any alarm.
  direct_rules = !var.direct_rules ? [] : [{
    Sid       = "RulesPublish"
    Effect    = "Allow"
    Principal = { Service = "events.amazonaws.com" }
    Action    = "sns:Publish"
    Resource  = local.topic_arn
    Condition = {
      StringEquals = { "aws:SourceAccount" = local.sources }
      ArnLike      = { "aws:SourceArn" = [for id in local.sources : "arn:${local.partition}:events:${var.region}:${id}:rule/*"] }
    }
  }]
}

resource "aws_sns_topic" "alerts" {
  #checkov:skip=CKV_AWS_26: CloudWatch cannot publish under the key that AWS manages for SNS
  name = "${local.prefix}-alerts"
}

resource "aws_sns_topic_policy" "alerts" {
  arn = aws_sns_topic.alerts.arn

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = concat([
      {
        Sid       = "AlarmsPublish"
        Effect    = "Allow"
        Principal = { Service = "cloudwatch.amazonaws.com" }
        Action    = "sns:Publish"
        Resource  = local.topic_arn
        # Not by aws:SourceArn: it never matches an alarm whose name is not ASCII
        # (https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/Notify_Users_Alarm_Changes.html).
        Condition = { StringEquals = { "aws:SourceAccount" = local.sources } }
      },
      {
        Sid       = "TlsOnly"
        Effect    = "Deny"
        Principal = "*"
        Action    = "sns:Publish"
        Resource  = local.topic_arn
        Condition = { Bool = { "aws:SecureTransport" = "false" } }
      },
    ], local.direct_rules)
  })
}

resource "aws_sns_topic_subscription" "queue" {
  topic_arn            = aws_sns_topic.alerts.arn
  protocol             = "sqs"
  endpoint             = local.queue_arn
  raw_message_delivery = true
  redrive_policy       = jsonencode({ deadLetterTargetArn = aws_sqs_queue.dead.arn })
}
