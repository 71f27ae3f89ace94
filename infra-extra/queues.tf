locals {
  topics = concat([local.topic_arn], local.topics_beside)

  # What the bus could not hand to the topic.
  rule_sends = {
    Sid       = "RuleSends"
    Effect    = "Allow"
    Principal = { Service = "events.amazonaws.com" }
    Action    = "sqs:SendMessage"
    Resource  = local.dlq_arn
    Condition = { ArnEquals = { "aws:SourceArn" = [local.rule_arn] } }
  }

  queue_policies = {
    for arn in [local.queue_arn, local.dlq_arn] : arn => jsonencode({
      Version = "2012-10-17"
      Statement = concat(arn == local.dlq_arn ? [local.rule_sends] : [], [
        {
          Sid       = "TopicSends"
          Effect    = "Allow"
          Principal = { Service = "sns.amazonaws.com" }
          Action    = "sqs:SendMessage"
          Resource  = arn
          Condition = { ArnEquals = { "aws:SourceArn" = local.topics } }
        },
        {
          Sid       = "TlsOnly"
          Effect    = "Deny"
          Principal = "*"
          Action    = "sqs:*"
          Resource  = arn
          Condition = { Bool = { "aws:SecureTransport" = "false" } }
        },
      ])
    })
  }
}

# Policy and redrive stand inside the queues: two calls that set a queue's attributes at once can undo each other.
resource "aws_sqs_queue" "alerts" {
  name                       = "${local.prefix}-alerts"
  policy                     = local.queue_policies[local.queue_arn]
  sqs_managed_sse_enabled    = true
  message_retention_seconds  = var.queue_retention_days * 86400
  visibility_timeout_seconds = var.collector_timeout_seconds * 6

  # What can never succeed the collector puts there itself, with the reason, and while the table is away it sends
  # messages back as new ones; redrive is for messages that crash the function.
  redrive_policy = jsonencode({ deadLetterTargetArn = aws_sqs_queue.dead.arn, maxReceiveCount = 20 })
}

resource "aws_sqs_queue" "dead" {
  name                      = "${local.prefix}-alerts-dlq"
  policy                    = local.queue_policies[local.dlq_arn]
  sqs_managed_sse_enabled   = true
  message_retention_seconds = 14 * 86400

  # Of queues, ours alone; the dead letters of the subscription and of the rule need the policy. Written out, as ours names this one.
  redrive_allow_policy = jsonencode({ redrivePermission = "byQueue", sourceQueueArns = [local.queue_arn] })
}
