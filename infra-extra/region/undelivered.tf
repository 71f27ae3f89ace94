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
  alarm_actions       = [aws_sns_topic.operations.arn]
  ok_actions          = [aws_sns_topic.operations.arn]
}

resource "aws_sns_topic" "operations" {
  #checkov:skip=CKV_AWS_26: CloudWatch cannot publish under the key that AWS manages for SNS
  name = "${local.prefix}-operations"
}

resource "aws_sns_topic_policy" "operations" {
  arn = aws_sns_topic.operations.arn

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid       = "AlarmsPublish"
        Effect    = "Allow"
        Principal = { Service = "cloudwatch.amazonaws.com" }
        Action    = "sns:Publish"
        Resource  = aws_sns_topic.operations.arn
        Condition = {
          StringEquals = { "aws:SourceAccount" = [local.account_id] }
          ArnLike      = { "aws:SourceArn" = [aws_cloudwatch_metric_alarm.undelivered.arn] }
        }
      },
      {
        Sid       = "TlsOnly"
        Effect    = "Deny"
        Principal = "*"
        Action    = "sns:Publish"
        Resource  = aws_sns_topic.operations.arn
        Condition = { Bool = { "aws:SecureTransport" = "false" } }
      },
    ]
  })
}

resource "aws_sns_topic_subscription" "operations" {
  for_each = toset(var.operations_emails)

  topic_arn = aws_sns_topic.operations.arn
  protocol  = "email"
  endpoint  = each.value
}
