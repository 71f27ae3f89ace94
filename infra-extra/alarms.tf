locals {
  ours = { service = "alerting", stage = var.stage }

  # Each has its paragraph in docs/on-call.md, under its name here. `periods` are of `seconds` each, and
  # `bad` says how many of them it takes, if not all: a message is tried again after six minutes at most,
  # and Grafana sends again after five, so that trouble on a quiet day shows in few of them.
  alarms = merge({
    dead-letters = {
      says      = "Alerts were rejected or given up: nobody hears about them."
      namespace = "AWS/SQS", metric = "ApproximateNumberOfMessagesVisible", dimensions = { QueueName = aws_sqs_queue.dead.name }
      statistic = "Maximum", seconds = 60, periods = 1, above = 0, missing = "notBreaching"
    }
    alerts-waiting = {
      says      = "The oldest alert has waited in the queue for more than five minutes."
      namespace = "AWS/SQS", metric = "ApproximateAgeOfOldestMessage", dimensions = { QueueName = aws_sqs_queue.alerts.name }
      statistic = "Maximum", seconds = 60, periods = 3, above = 300, missing = "notBreaching"
    }
    alerts-requeued = {
      says      = "The table does not answer, or not in time: alerts wait in the queue, and nobody hears about them yet."
      namespace = "Alerting", metric = "AlertsRequeued", dimensions = local.ours
      statistic = "Sum", seconds = 60, periods = 15, bad = 2, above = 0, missing = "notBreaching"
    }
    collector-errors = {
      says      = "The collector keeps failing: alerts stay in the queue and are tried again."
      namespace = "AWS/Lambda", metric = "Errors", dimensions = { FunctionName = local.functions.collector }
      statistic = "Sum", seconds = 60, periods = 15, bad = 2, above = 0, missing = "notBreaching"
    }
    webhook-errors = {
      says      = "The webhook failed: senders were not answered as they should have been."
      namespace = "AWS/Lambda", metric = "Errors", dimensions = { FunctionName = local.functions.webhook }
      statistic = "Sum", seconds = 60, periods = 15, bad = 2, above = 0, missing = "notBreaching"
    }
    alerts-not-taken = {
      says      = "A trusted sender sent alerts that did not get in: nobody hears about them."
      namespace = "Alerting", metric = "AlertsNotTaken", dimensions = local.ours
      statistic = "Sum", seconds = 60, periods = 15, bad = 1, above = 0, missing = "notBreaching"
    }
    webhook-refused = {
      says      = "Requests keep being refused: a sender has a wrong token or sends what cannot be read, or somebody is probing it."
      namespace = "Alerting", metric = "WebhookRefused", dimensions = local.ours
      statistic = "Sum", seconds = 300, periods = 12, bad = 3, above = 0, missing = "notBreaching"
    }
    api-errors = {
      says      = "The API answered 5xx: senders could not deliver."
      namespace = "AWS/ApiGateway", metric = "5XXError", dimensions = { ApiName = local.prefix, Stage = "api" }
      statistic = "Sum", seconds = 60, periods = 15, bad = 2, above = 0, missing = "notBreaching"
    }
    collector-slow = {
      says      = "The collector nearly uses up its time."
      namespace = "AWS/Lambda", metric = "Duration", dimensions = { FunctionName = local.functions.collector }
      statistic = "Maximum", seconds = 300, periods = 3, above = var.collector_timeout_seconds * 950, missing = "notBreaching"
    }
    collector-throttled = {
      says      = "Lambda does not run the collector often enough: the account's concurrency is used up."
      namespace = "AWS/Lambda", metric = "Throttles", dimensions = { FunctionName = local.functions.collector }
      statistic = "Sum", seconds = 60, periods = 15, bad = 2, above = 0, missing = "notBreaching"
    }
    webhook-throttled = {
      says      = "Lambda refuses to run the webhook: senders are not answered."
      namespace = "AWS/Lambda", metric = "Throttles", dimensions = { FunctionName = local.functions.webhook }
      statistic = "Sum", seconds = 60, periods = 1, above = 0, missing = "notBreaching"
    }
    issues-behind = {
      says      = "For fifteen minutes something has fired without its issue, or an issue has stood open for what has ended."
      namespace = "Alerting", metric = "OldestDueSeconds", dimensions = local.ours
      statistic = "Maximum", seconds = 60, periods = 5, above = 900, missing = "notBreaching"
    }
    budget-empty = {
      says      = "P0 or P1 alerts have waited for half an hour because the issue budget has no room for them."
      namespace = "Alerting", metric = "UrgentWithoutBudget", dimensions = local.ours
      statistic = "Minimum", seconds = 60, periods = 30, bad = 28, above = 0, missing = "notBreaching"
    }
    rows-held-back = {
      says      = "Steps on GitHub keep being refused or put off: issues are not opened, updated or closed."
      namespace = "Alerting", metric = "StepsHeldBack", dimensions = local.ours
      statistic = "Sum", seconds = 300, periods = 12, bad = 3, above = 0, missing = "notBreaching"
    }
    facts-undelivered = {
      says      = "A mirror does not accept events about issues; after a day they are dropped. Issues are not affected."
      namespace = "Alerting", metric = "FactsUndelivered", dimensions = local.ours
      statistic = "Sum", seconds = 3600, periods = 3, bad = 2, above = 0, missing = "notBreaching"
    }
    steps-unending = {
      says      = "The steps of one row never end: its process dies with it. It is tried less and less often, and holds up no other."
      namespace = "Alerting", metric = "StepsNeverEnding", dimensions = local.ours
      statistic = "Sum", seconds = 3600, periods = 1, above = 0, missing = "notBreaching"
    }
    github-away = {
      says      = "GitHub does not answer: issues are late, nothing is lost."
      namespace = "Alerting", metric = "BreakerOpen", dimensions = local.ours
      statistic = "Maximum", seconds = 60, periods = 10, above = 0, missing = "notBreaching"
    }
    reconcile-missing = {
      says      = "Reconcile has not succeeded for ten minutes: what is due stays due."
      namespace = "Alerting", metric = "Reconciled", dimensions = local.ours
      statistic = "Sum", seconds = 60, periods = 10, below = 1, missing = "breaching"
    }
    }, var.canary ? {
    canary-missing = {
      says      = "The canary's alert has not become an issue, or not been closed, for forty-five minutes."
      namespace = "Alerting", metric = "CanaryClosed", dimensions = local.ours
      statistic = "SampleCount", seconds = 900, periods = 3, below = 1, missing = "breaching"
    }
  } : {})
}

resource "aws_cloudwatch_metric_alarm" "own" {
  for_each = local.alarms

  alarm_name          = "${local.prefix}-${each.key}"
  alarm_description   = "${each.value.says} See docs/on-call.md, ${each.key}."
  namespace           = each.value.namespace
  metric_name         = each.value.metric
  dimensions          = each.value.dimensions
  statistic           = each.value.statistic
  period              = each.value.seconds
  evaluation_periods  = each.value.periods
  datapoints_to_alarm = try(each.value.bad, each.value.periods)
  comparison_operator = can(each.value.below) ? "LessThanThreshold" : "GreaterThanThreshold"
  threshold           = try(each.value.below, each.value.above)
  treat_missing_data  = each.value.missing
  alarm_actions       = [module.operations.topic.arn]
  ok_actions          = [module.operations.topic.arn]
}
