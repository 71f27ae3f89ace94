# An alarm's action must be in the alarm's own region: its topic is here, and delivers to the stage's queue at home.
data "aws_caller_identity" "here" {}
data "aws_partition" "here" {}

locals {
  prefix     = "alerting-${var.stage}"
  partition  = data.aws_partition.here.partition
  account_id = data.aws_caller_identity.here.account_id
  sources    = length(var.source_account_ids) > 0 ? var.source_account_ids : [local.account_id]
  topic_arn  = "arn:${local.partition}:sns:${var.region}:${local.account_id}:${local.prefix}-alerts"
  queue_arn  = "arn:${local.partition}:sqs:${var.home_region}:${local.account_id}:${local.prefix}-alerts"
  dlq_arn    = "arn:${local.partition}:sqs:${var.region}:${local.account_id}:${local.prefix}-alerts-dlq"
}

# For who may publish see ../topic.tf.
module "alerts" {
  source = "../topic"

  name      = "${local.prefix}-alerts"
  accounts  = local.sources
  rule_arns = !var.direct_rules ? [] : [for id in local.sources : "arn:${local.partition}:events:${var.region}:${id}:rule/*"]
  queues    = { alerts = { arn = local.queue_arn, dead_letters_arn = aws_sqs_queue.dead.arn } }
}
