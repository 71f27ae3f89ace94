output "alarm_topic_arn" {
  description = "The topic for the actions of CloudWatch alarms (ALARM and OK)."
  value       = module.alerts.topic.arn
}

output "alarm_bus_arn" {
  description = "The bus that EventBridge rules, of any account and region, send alarms to."
  value       = aws_cloudwatch_event_bus.alarms.arn
}

output "requests_per_second" {
  description = "Requests a second that each route of the API takes."
  value       = var.requests_per_second
}

output "requests_burst" {
  description = "Requests that each route of the API takes at once."
  value       = var.requests_burst
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
  value       = module.operations.topic.arn
}

output "dashboard_url" {
  description = "The dashboard in the console."
  value       = "https://${var.region}.console.aws.amazon.com/cloudwatch/home?region=${var.region}#dashboards/dashboard/${aws_cloudwatch_dashboard.overview.dashboard_name}"
}
