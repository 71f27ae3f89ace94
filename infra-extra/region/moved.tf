# Topics in states older than the module topic/ are renamed, not recreated.
moved {
  from = aws_sns_topic.alerts
  to   = module.alerts.aws_sns_topic.this
}

moved {
  from = aws_sns_topic_policy.alerts
  to   = module.alerts.aws_sns_topic_policy.this
}

moved {
  from = aws_sns_topic_subscription.queue
  to   = module.alerts.aws_sns_topic_subscription.queue["alerts"]
}

moved {
  from = aws_sns_topic.operations
  to   = module.operations.aws_sns_topic.this
}

moved {
  from = aws_sns_topic_policy.operations
  to   = module.operations.aws_sns_topic_policy.this
}

moved {
  from = aws_sns_topic_subscription.operations
  to   = module.operations.aws_sns_topic_subscription.email
}
