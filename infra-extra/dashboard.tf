locals {
  # Twelve at most with the alarms, four in a row: a title, and metrics with what differs from a line of sums, or
  # one of the questions that Logs Insights answers.
  widgets = [
    { title = "Due rows by priority", question = "rows-due" },
    { title = "Seconds the oldest is due", metrics = [["Alerting", "OldestDueSeconds", "service", "alerting", "stage", var.stage, { stat = "Maximum" }]] },
    { title = "Alerts in, by source", question = "alerts-received" },
    { title = "Rejected, by reason", question = "alerts-rejected" },
    { title = "Actions by priority and team", question = "steps" },
    { title = "From the provider to the issue, ms", question = "time-to-issue" },
    { title = "Calls to GitHub, by outcome", question = "calls-to-github" },
    { title = "Budget left this hour", question = "budget" },
    { title = "Queue and dead letters", metrics = [for queue in [aws_sqs_queue.alerts.name, aws_sqs_queue.dead.name] : ["AWS/SQS", "ApproximateNumberOfMessagesVisible", "QueueName", queue, { stat = "Maximum" }]] },
    { title = "Functions: duration p95, ms", metrics = [for name in values(local.functions) : ["AWS/Lambda", "Duration", "FunctionName", name, { stat = "p95" }]] },
    { title = "Functions: errors", metrics = [for name in values(local.functions) : ["AWS/Lambda", "Errors", "FunctionName", name, { stat = "Sum" }]] },
  ]

  contents = [
    for widget in local.widgets : can(widget.question) ? jsonencode({
      title = widget.title, region = var.region, view = "timeSeries",
      query = "${local.log_sources} | ${local.questions[widget.question].query}"
      }) : jsonencode({
      title = widget.title, region = var.region, view = "timeSeries", metrics = widget.metrics, period = 60
    })
  ]
}

resource "aws_cloudwatch_dashboard" "overview" {
  dashboard_name = local.prefix

  dashboard_body = jsonencode({
    widgets = concat(
      [{
        type       = "alarm", x = 0, y = 0, width = 12, height = 6
        properties = { title = "Alarms", alarms = [for name in sort(keys(local.alarms)) : aws_cloudwatch_metric_alarm.own[name].arn] }
      }],
      [for place, widget in local.widgets : {
        type = can(widget.question) ? "log" : "metric", width = 6, height = 6
        # The first two are next to the alarms, in the first row.
        x          = place < 2 ? 12 + place * 6 : (place - 2) % 4 * 6
        y          = place < 2 ? 0 : 6 + floor((place - 2) / 4) * 6
        properties = jsondecode(local.contents[place])
      }],
    )
  })
}
