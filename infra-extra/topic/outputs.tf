output "topic" {
  description = "The topic."
  value       = aws_sns_topic.this
}

output "policy" {
  description = "Who may publish to it."
  value       = aws_sns_topic_policy.this
}

output "queues" {
  description = "The subscriptions of queues."
  value       = aws_sns_topic_subscription.queue
}

output "emails" {
  description = "The subscriptions of addresses."
  value       = aws_sns_topic_subscription.email
}
