# What a function of the stage may do at most, whatever its own policy says. ops/roles.py puts it on the roles.
locals {
  boundary_arn = "arn:${local.partition}:iam::${local.account_id}:policy/ci-${local.prefix}-boundary"
}

resource "aws_iam_policy" "boundary" {
  name        = "ci-${local.prefix}-boundary"
  description = "What the functions of ${local.prefix} may do at most"

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = concat([
      { Effect = "Allow", Action = ["logs:CreateLogStream", "logs:PutLogEvents"], Resource = [for arn in local.owned.groups : "${arn}:*"] },
      {
        Effect   = "Allow"
        Action   = ["sqs:DeleteMessage", "sqs:GetQueueAttributes", "sqs:ReceiveMessage", "sqs:SendMessage"]
        Resource = local.owned.queues
      },
      { Effect = "Allow", Action = ["sns:Publish"], Resource = local.owned.topics },
      {
        Effect   = "Allow"
        Action   = ["dynamodb:BatchGetItem", "dynamodb:GetItem", "dynamodb:Query", "dynamodb:UpdateItem"]
        Resource = local.owned.tables
      },
      { Effect = "Allow", Action = ["secretsmanager:GetSecretValue"], Resource = local.owned.secrets },
      {
        Effect = "Allow"
        Action = [
          "cloudwatch:DescribeAlarmContributors", "cloudwatch:DescribeAlarms", "cloudwatch:GetMetricData",
          "cloudwatch:ListAlarmMuteRules", "tag:GetResources",
        ]
        Resource = ["*"]
      },
      { Effect = "Allow", Action = ["sts:AssumeRole"], Resource = ["arn:${local.partition}:iam::*:role/${local.prefix}-alarm-reader"] },
    ], var.statements)
  })
}
