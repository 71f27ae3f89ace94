# CloudWatch cannot publish to a topic under the key that AWS manages for SNS: its policy cannot be changed
# (https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/Notify_Users_Alarm_Changes.html).
resource "aws_kms_key" "topics" {
  count = var.customer_key ? 1 : 0

  description         = "Topics of ${local.prefix}"
  enable_key_rotation = true

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = concat([
      {
        Sid       = "AccountAdministers"
        Effect    = "Allow"
        Principal = { AWS = "arn:${local.partition}:iam::${local.account_id}:root" }
        Action    = "kms:*"
        Resource  = "*"
      },
      {
        Sid       = "AlarmsEncrypt"
        Effect    = "Allow"
        Principal = { Service = "cloudwatch.amazonaws.com" }
        Action    = ["kms:Decrypt", "kms:GenerateDataKey*"]
        Resource  = "*"
        # This account too, for Alerting's own alarms.
        Condition = { StringEquals = { "aws:SourceAccount" = distinct(concat(local.sources, [local.account_id])) } }
      },
      {
        # With aws:SourceAccount or aws:SourceArn EventBridge would deliver nothing
        # (https://docs.aws.amazon.com/sns/latest/dg/sns-key-management.html).
        Sid       = "RulesEncrypt"
        Effect    = "Allow"
        Principal = { Service = "events.amazonaws.com" }
        Action    = ["kms:Decrypt", "kms:GenerateDataKey*"]
        Resource  = "*"
        Condition = { StringEquals = { "kms:EncryptionContext:aws:sns:topicArn" = local.topic_arn } }
      },
      {
        Sid       = "FunctionsEncrypt"
        Effect    = "Allow"
        Principal = { AWS = "*" }
        Action    = ["kms:Decrypt", "kms:GenerateDataKey*"]
        Resource  = "*"
        Condition = { ArnEquals = { "aws:PrincipalArn" = local.publishers } }
      },
    ], local.budgets_encrypt)
  })
}

locals {
  budgets_encrypt = [for id in [local.account_id] : {
    Sid       = "BudgetsEncrypt"
    Effect    = "Allow"
    Principal = { Service = "budgets.amazonaws.com" }
    Action    = ["kms:Decrypt", "kms:GenerateDataKey*"]
    Resource  = "*"
    Condition = { StringEquals = { "aws:SourceAccount" = id } }
  } if var.budgets]
}
