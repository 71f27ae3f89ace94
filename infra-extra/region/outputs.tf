output "alarm_topic_arn" {
  description = "The topic for the actions of this region's CloudWatch alarms (ALARM and OK)."
  value       = module.alerts.topic.arn
}

output "dead_letter_queue_url" {
  description = "Where alerts are kept that the stage's queue did not take."
  value       = aws_sqs_queue.dead.url
}
