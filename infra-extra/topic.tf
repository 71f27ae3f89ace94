# Where alerts arrive: those of CloudWatch alarms by themselves, of EventBridge through the bus, the others through the webhook.
module "alerts" {
  source = "./topic"

  name     = "${local.prefix}-alerts"
  key_arn  = local.key_arn
  accounts = local.sources
  queues   = { alerts = { arn = aws_sqs_queue.alerts.arn, dead_letters_arn = aws_sqs_queue.dead.arn } }

  rule_arns = !var.direct_rules ? [] : [for id in local.sources : "arn:${local.partition}:events:${var.region}:${id}:rule/*"]
  publishers = concat([
    {
      Sid       = "OwnRulePublishes"
      Principal = { Service = "events.amazonaws.com" }
      Condition = { ArnEquals = { "aws:SourceArn" = [local.rule_arn] } }
    },
    {
      Sid       = "FunctionsPublish"
      Principal = { AWS = "arn:${local.partition}:iam::${local.account_id}:root" }
      Condition = { ArnEquals = { "aws:PrincipalArn" = local.publishers } }
    },
  ], [for each in [local.budgets] : each if var.budgets])
}

# Budgets publishes in its own account alone (https://docs.aws.amazon.com/cost-management/latest/userguide/budgets-sns-policy.html).
locals {
  budgets = {
    Sid       = "BudgetsPublish"
    Principal = { Service = "budgets.amazonaws.com" }
    Condition = {
      StringEquals = { "aws:SourceAccount" = local.account_id }
      ArnLike      = { "aws:SourceArn" = "arn:${local.partition}:budgets::${local.account_id}:*" }
    }
  }
}

# Where Alerting's own alarms go: not to the topic of alerts, which is what may be broken.
module "operations" {
  source = "./topic"

  name       = "${local.prefix}-operations"
  key_arn    = local.key_arn
  accounts   = [local.account_id]
  alarm_arns = ["arn:${local.partition}:cloudwatch:${var.region}:${local.account_id}:alarm:${local.prefix}-*"]
  emails     = var.operations_emails
}
