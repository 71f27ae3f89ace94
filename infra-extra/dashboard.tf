locals {
  # All values of a metric's own dimensions: what they are is not known here.
  searches = {
    for name, dimensions in {
      received = ["AlertsReceived", "source"]
      recorded = ["AlertsRecorded", "source,reason"]
      steps    = ["Steps", "action,priority,team"]
      calls    = ["GitHubCalls", "outcome"]
      due      = ["DueRows", "priority"]
      open     = ["OpenIssues", "priority"]
      rejected = ["AlertsRejected", "reason"]
    } : name => "{Alerting,service,stage,${dimensions[1]}} MetricName=\"${dimensions[0]}\" stage=\"${var.stage}\""
  }

  latencies = [
    for percentile in ["p50", "p95", "p99"] : [{
      expression = "SEARCH('{Alerting,service,stage,priority} MetricName=\"IssueLatency\" stage=\"${var.stage}\"', '${percentile}')"
      label      = percentile
    }]
  ]

  # Twelve at most, four in a row; each is a title and its metrics, with what differs from a line of sums.
  widgets = [
    { title = "Due rows by priority", metrics = [[{ expression = "SEARCH('${local.searches.due}', 'Maximum')" }]] },
    { title = "Seconds the oldest is due", metrics = [["Alerting", "OldestDueSeconds", "service", "alerting", "stage", var.stage, { stat = "Maximum" }]] },
    { title = "Alerts in, by source", metrics = [[{ expression = "SEARCH('${local.searches.received}', 'Sum')" }], [{ expression = "SEARCH('${local.searches.recorded}', 'Sum')" }]] },
    { title = "Rejected, by reason; sent back", metrics = [[{ expression = "SEARCH('${local.searches.rejected}', 'Sum')" }], ["Alerting", "AlertsRequeued", "service", "alerting", "stage", var.stage, { stat = "Sum" }]] },
    { title = "Actions by priority and team", metrics = [[{ expression = "SEARCH('${local.searches.steps}', 'Sum')" }]] },
    { title = "From the provider to the issue, ms", metrics = local.latencies },
    { title = "Calls to GitHub, by outcome", metrics = [[{ expression = "SEARCH('${local.searches.calls}', 'Sum')" }]] },
    { title = "Budget left this hour", metrics = [["Alerting", "BudgetLeft", "service", "alerting", "stage", var.stage, { stat = "Minimum" }]] },
    { title = "Queue and dead letters", metrics = [for queue in [aws_sqs_queue.alerts.name, aws_sqs_queue.dead.name] : ["AWS/SQS", "ApproximateNumberOfMessagesVisible", "QueueName", queue, { stat = "Maximum" }]] },
    { title = "Functions: duration p95, ms", metrics = [for name in values(local.functions) : ["AWS/Lambda", "Duration", "FunctionName", name, { stat = "p95" }]] },
    { title = "Functions: errors", metrics = [for name in values(local.functions) : ["AWS/Lambda", "Errors", "FunctionName", name, { stat = "Sum" }]] },
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
        type = "metric", width = 6, height = 6
        # The first two stand beside the alarms, in the first row.
        x          = place < 2 ? 12 + place * 6 : (place - 2) % 4 * 6
        y          = place < 2 ? 0 : 6 + floor((place - 2) / 4) * 6
        properties = { title = widget.title, metrics = widget.metrics, region = var.region, view = "timeSeries", period = 60 }
      }],
    )
  })
}
