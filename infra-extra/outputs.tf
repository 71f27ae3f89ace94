output "alarm_topic_arn" {
  description = "The topic for the actions of CloudWatch alarms (ALARM and OK) and for EventBridge rules."
  value       = aws_sns_topic.alerts.arn
}

output "queue_url" {
  description = "The queue of alerts."
  value       = aws_sqs_queue.alerts.url
}

output "dead_letter_queue_url" {
  description = "Where alerts are kept that could not become an issue, with the reason."
  value       = aws_sqs_queue.dead.url
}

output "table_name" {
  description = "The table of conditions."
  value       = aws_dynamodb_table.state.name
}

output "secret_names" {
  description = "The secrets to create in Secrets Manager in this region: the GitHub App's, and the senders' tokens."
  value       = ["${local.prefix}-alerting-app-secrets", "${local.prefix}-webhook-secrets"]
}

output "operations_topic_arn" {
  description = "Where Alerting's own alarms go."
  value       = aws_sns_topic.operations.arn
}

output "dashboard_url" {
  description = "The dashboard in the console."
  value       = "https://${var.region}.console.aws.amazon.com/cloudwatch/home?region=${var.region}#dashboards/dashboard/${aws_cloudwatch_dashboard.overview.dashboard_name}"
}
