data "aws_caller_identity" "here" {}
data "aws_partition" "here" {}

locals {
  prefix     = "alerting-${var.stage}"
  partition  = data.aws_partition.here.partition
  account_id = data.aws_caller_identity.here.account_id
  sources    = length(var.source_account_ids) > 0 ? var.source_account_ids : [local.account_id]
  functions  = { webhook = local.prefix, collector = "${local.prefix}-collector", reconcile = "${local.prefix}-reconcile" }

  # Written out, as a queue's policy stands inside the queue.
  topic_arn     = "arn:${local.partition}:sns:${var.region}:${local.account_id}:${local.prefix}-alerts"
  queue_arn     = "arn:${local.partition}:sqs:${var.region}:${local.account_id}:${local.prefix}-alerts"
  dlq_arn       = "${local.queue_arn}-dlq"
  topics_beside = [for name in var.other_regions : "arn:${local.partition}:sns:${name}:${local.account_id}:${local.prefix}-alerts"]

  key_arn = one(aws_kms_key.topics[*].arn)

  # Chalice names a role after its function; these publish: the routes, and reconcile its canary.
  publishers = [for name in ["api_handler", "reconcile"] : "arn:${local.partition}:iam::${local.account_id}:role/${local.prefix}-${name}"]
}

# The functions may not make their log groups, so that none is kept for ever.
resource "aws_cloudwatch_log_group" "functions" {
  #checkov:skip=CKV_AWS_158: CloudWatch encrypts every log; no secret and no payload is ever written to these
  #checkov:skip=CKV_AWS_338: log_retention_days decides; what happened to an alert is in its issue and its row
  for_each = local.functions

  name              = "/aws/lambda/${each.value}"
  retention_in_days = var.log_retention_days
}
