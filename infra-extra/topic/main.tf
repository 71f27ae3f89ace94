# A topic, and who may publish to it: alarms, and those whom the caller names; nobody without TLS.
terraform {
  required_providers {
    aws = { source = "hashicorp/aws" }
  }
}

resource "aws_sns_topic" "this" {
  #checkov:skip=CKV_AWS_26: CloudWatch cannot publish under the key that AWS manages for SNS; one of your own is an option
  name              = var.name
  kms_master_key_id = var.key_arn
}

locals {
  alarms = {
    Sid       = "AlarmsPublish"
    Principal = { Service = "cloudwatch.amazonaws.com" }
    Condition = merge({ StringEquals = { "aws:SourceAccount" = var.accounts } }, [
      for arns in [var.alarm_arns] : { ArnLike = { "aws:SourceArn" = arns } } if length(arns) > 0
    ]...)
  }
  # A rule may carry an input transformer, and so publish anything in the name of any alarm.
  rules = {
    Sid       = "RulesPublish"
    Principal = { Service = "events.amazonaws.com" }
    Condition = { StringEquals = { "aws:SourceAccount" = var.accounts }, ArnLike = { "aws:SourceArn" = var.rule_arns } }
  }
  publishers = concat([local.alarms], var.publishers, [for each in [local.rules] : each if length(var.rule_arns) > 0])
}

resource "aws_sns_topic_policy" "this" {
  arn = aws_sns_topic.this.arn

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = concat(
      [for each in local.publishers : merge(each, { Effect = "Allow", Action = "sns:Publish", Resource = aws_sns_topic.this.arn })],
      [{
        Sid       = "TlsOnly"
        Effect    = "Deny"
        Principal = "*"
        Action    = "sns:Publish"
        Resource  = aws_sns_topic.this.arn
        Condition = { Bool = { "aws:SecureTransport" = "false" } }
      }],
    )
  })
}

# Raw, so that the source that the webhook stamps is an attribute of the queue's message.
resource "aws_sns_topic_subscription" "queue" {
  for_each = var.queues

  topic_arn            = aws_sns_topic.this.arn
  protocol             = "sqs"
  endpoint             = each.value.arn
  raw_message_delivery = true
  redrive_policy       = jsonencode({ deadLetterTargetArn = each.value.dead_letters_arn })
}

resource "aws_sns_topic_subscription" "email" {
  for_each = toset(var.emails)

  topic_arn = aws_sns_topic.this.arn
  protocol  = "email"
  endpoint  = each.value
}
