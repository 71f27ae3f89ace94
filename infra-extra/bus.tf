# Where EventBridge rules send alarms and events of other services, those of this account and of others. Nothing that arrives here is forged by another account:
# its rules cannot transform what they send to a bus of ours (https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutTargets.html),
# PutEvents takes no source that begins with "aws.", and an event keeps the account that it came from.
locals {
  changes  = ["CloudWatch Alarm State Change", "CloudWatch Alarm Contributor State Change"]
  changed  = { source = ["aws.cloudwatch"], "detail-type" = local.changes }
  services = [for name in var.aws_services : "aws.${name}"]

  # What rules may send, by the id of the statement that lets them.
  taken = merge(
    { RulesSend = { "events:source" = "aws.cloudwatch", "events:detail-type" = local.changes } },
    [for sources in [local.services] : { ServicesSend = { "events:source" = sources } } if length(sources) > 0]...
  )

  # Written out, as the topic's policy names it.
  rule_arn = "arn:${local.partition}:events:${var.region}:${local.account_id}:rule/${local.prefix}-alarms/${local.prefix}-alarms"
}

resource "aws_cloudwatch_event_bus" "alarms" {
  name = "${local.prefix}-alarms"
}

resource "aws_cloudwatch_event_bus_policy" "alarms" {
  event_bus_name = aws_cloudwatch_event_bus.alarms.name

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [for sid, taken in local.taken : {
      Sid       = sid
      Effect    = "Allow"
      Principal = { AWS = [for id in local.sources : "arn:${local.partition}:iam::${id}:root"] }
      Action    = "events:PutEvents"
      Resource  = "arn:${local.partition}:events:${var.region}:${local.account_id}:event-bus/${local.prefix}-alarms"
      Condition = { StringEquals = taken, BoolIfExists = { "events:eventBusInvocation" = "true" } }
    }]
  })
}

resource "aws_cloudwatch_event_rule" "alarms" {
  name           = "${local.prefix}-alarms"
  description    = "Alarms of CloudWatch and events of other services, as they are, to Alerting's topic"
  event_bus_name = aws_cloudwatch_event_bus.alarms.name
  event_pattern = (
    length(local.services) == 0
    ? jsonencode(merge(local.changed, { account = local.sources }))
    : jsonencode({ account = local.sources, "$or" = [local.changed, { source = local.services }] })
  )
}

# No input, path or transformer: the topic gets the event unchanged.
resource "aws_cloudwatch_event_target" "topic" {
  rule           = aws_cloudwatch_event_rule.alarms.name
  event_bus_name = aws_cloudwatch_event_bus.alarms.name
  target_id      = "topic"
  arn            = module.alerts.topic.arn

  # What AWS does by itself (https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-rule-dlq.html), said here so that it stays.
  retry_policy {
    maximum_event_age_in_seconds = 86400
    maximum_retry_attempts       = 185
  }

  dead_letter_config {
    arn = aws_sqs_queue.dead.arn
  }

  depends_on = [module.alerts]
}
