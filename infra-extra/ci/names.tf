# What is the stage's own, by name. A stage's name has no hyphen, so that no other stage's names begin so.
locals {
  owned = {
    alarms     = ["arn:${local.partition}:cloudwatch:${local.here}:alarm:${local.prefix}-*"]
    buses      = ["arn:${local.partition}:events:${local.here}:event-bus/${local.prefix}-*"]
    dashboards = [for name in [local.prefix, "${local.prefix}-*"] : "arn:${local.partition}:cloudwatch::${local.account_id}:dashboard/${name}"]
    functions  = [for name in [local.prefix, "${local.prefix}-*"] : "arn:${local.partition}:lambda:${local.here}:function:${name}"]
    groups     = [for name in [local.prefix, "${local.prefix}-*"] : "arn:${local.partition}:logs:${local.here}:log-group:/aws/lambda/${name}"]
    queues     = ["arn:${local.partition}:sqs:${local.here}:${local.prefix}-*"]
    roles      = ["arn:${local.partition}:iam::${local.account_id}:role/${local.prefix}-*"]
    rules      = ["arn:${local.partition}:events:${local.here}:rule/${local.prefix}-*"]
    secrets    = ["arn:${local.partition}:secretsmanager:${local.here}:secret:${local.prefix}-*"]
    tables     = ["arn:${local.partition}:dynamodb:${local.here}:table/${local.prefix}-*"]
    topics     = ["arn:${local.partition}:sns:${local.here}:${local.prefix}-*"]
  }

  api = "arn:${local.partition}:apigateway:${var.region}::/restapis/${var.api_id}"

  bucket = "arn:${local.partition}:s3:::${var.state_bucket}"
  state  = "${local.bucket}/${coalesce(var.state_key, "alerting/${var.stage}.tfstate")}"
  memory = "${local.bucket}/chalice/${var.stage}.json"
  kept   = "${local.bucket}/packages/${var.stage}/*"
}
