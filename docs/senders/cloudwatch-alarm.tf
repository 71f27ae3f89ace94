# CloudWatch: an alarm that becomes an issue, and closes it. The topic must be in the alarm's own region.
variable "alerting_topic_arn" {
  description = "What infra-extra prints as alarm_topic_arn"
  type        = string
}

resource "aws_cloudwatch_metric_alarm" "runner_queue" {
  alarm_name = "runner-queue-too-long"

  alarm_description = <<-EOT
    TEAM=ci-runners | PRIORITY=P1 | RUNBOOK=https://example.org/runbooks/queue
    SUMMARY=Jobs wait more than ten minutes for a runner
    The queue of linux runners has been longer than 50 for ten minutes.
  EOT

  namespace           = "CI/Runners"
  metric_name         = "QueuedJobs"
  dimensions          = { Pool = "linux-x64" }
  statistic           = "Average"
  period              = 300
  evaluation_periods  = 2
  comparison_operator = "GreaterThanThreshold"
  threshold           = 50
  treat_missing_data  = "notBreaching"

  alarm_actions = [var.alerting_topic_arn]
  ok_actions    = [var.alerting_topic_arn] # or nobody hears that it recovered
}
