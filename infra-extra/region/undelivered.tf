# What the queue at home did not take: a subscription's dead letters stay in its own region, and so does their alarm.
resource "aws_sqs_queue" "dead" {
  name                      = "${local.prefix}-alerts-dlq"
  sqs_managed_sse_enabled   = true
  message_retention_seconds = 14 * 86400

  # No queue's dead letters; those of a subscription need the policy alone.
  redrive_allow_policy = jsonencode({ redrivePermission = "denyAll" })

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid       = "TopicSends"
        Effect    = "Allow"
        Principal = { Service = "sns.amazonaws.com" }
        Action    = "sqs:SendMessage"
        Resource  = local.dlq_arn
        Condition = { ArnEquals = { "aws:SourceArn" = local.topic_arn } }
      },
      {
        Sid       = "TlsOnly"
        Effect    = "Deny"
        Principal = "*"
        Action    = "sqs:*"
        Resource  = local.dlq_arn
        Condition = { Bool = { "aws:SecureTransport" = "false" } }
      },
    ]
  })
}

resource "aws_cloudwatch_metric_alarm" "undelivered" {
  alarm_name          = "${local.prefix}-undelivered"
  alarm_description   = "Alerts of this region did not reach the queue in ${var.home_region}. See docs/on-call.md, undelivered."
  namespace           = "AWS/SQS"
  metric_name         = "ApproximateNumberOfMessagesVisible"
  dimensions          = { QueueName = aws_sqs_queue.dead.name }
  statistic           = "Maximum"
  period              = 60
  evaluation_periods  = 1
  comparison_operator = "GreaterThanThreshold"
  threshold           = 0
  treat_missing_data  = "notBreaching"
  alarm_actions       = [module.operations.topic.arn]
  ok_actions          = [module.operations.topic.arn]
}

module "operations" {
  source = "../topic"

  name       = "${local.prefix}-operations"
  accounts   = [local.account_id]
  alarm_arns = [aws_cloudwatch_metric_alarm.undelivered.arn]
  emails     = var.operations_emails
}
