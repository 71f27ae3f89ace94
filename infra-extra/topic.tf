# Where alerts arrive: those of CloudWatch alarms by themselves, of EventBridge through the bus, the others through the webhook.
resource "aws_sns_topic" "alerts" {
  name              = "${local.prefix}-alerts"
  kms_master_key_id = var.customer_key ? aws_kms_key.topics[0].arn : null
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
        Sid       = "OwnRulePublishes"
        Effect    = "Allow"
        Principal = { Service = "events.amazonaws.com" }
        Action    = "sns:Publish"
        Resource  = local.topic_arn
        Condition = { ArnEquals = { "aws:SourceArn" = [local.rule_arn] } }
      },
      {
        Sid       = "FunctionsPublish"
        Effect    = "Allow"
        Principal = { AWS = "arn:${local.partition}:iam::${local.account_id}:root" }
        Action    = "sns:Publish"
        Resource  = local.topic_arn
        Condition = { ArnEquals = { "aws:PrincipalArn" = local.publishers } }
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

# Raw, so that the source that the webhook stamps is an attribute of the queue's message.
resource "aws_sns_topic_subscription" "queue" {
  topic_arn            = aws_sns_topic.alerts.arn
  protocol             = "sqs"
  endpoint             = aws_sqs_queue.alerts.arn
  raw_message_delivery = true
  redrive_policy       = jsonencode({ deadLetterTargetArn = aws_sqs_queue.dead.arn })
}
