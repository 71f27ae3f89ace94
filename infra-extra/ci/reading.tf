# What planning reads. A pull request of anybody who can push a branch runs with it, so no secret and no alert is in it.
locals {
  reading = [
    { Sid = "FindState", Effect = "Allow", Action = ["s3:ListBucket"], Resource = [local.bucket] },
    { Sid = "ReadState", Effect = "Allow", Action = ["s3:GetObject"], Resource = [local.state, "${local.state}.tflock", local.memory] },
    { Sid = "LockState", Effect = "Allow", Action = ["s3:PutObject", "s3:DeleteObject"], Resource = ["${local.state}.tflock"] },
    { Sid = "ReadTopics", Effect = "Allow", Action = ["sns:GetTopicAttributes", "sns:ListSubscriptionsByTopic", "sns:ListTagsForResource"], Resource = local.owned.topics },
    { Sid = "ReadQueues", Effect = "Allow", Action = ["sqs:GetQueueAttributes", "sqs:GetQueueUrl", "sqs:ListQueueTags"], Resource = local.owned.queues },
    {
      Sid      = "ReadTables"
      Effect   = "Allow"
      Action   = ["dynamodb:DescribeContinuousBackups", "dynamodb:DescribeTable", "dynamodb:DescribeTimeToLive", "dynamodb:ListTagsOfResource"]
      Resource = local.owned.tables
    },
    { Sid = "ReadLogGroups", Effect = "Allow", Action = ["logs:ListTagsForResource"], Resource = local.owned.groups },
    { Sid = "ReadAlarms", Effect = "Allow", Action = ["cloudwatch:DescribeAlarms", "cloudwatch:ListTagsForResource"], Resource = local.owned.alarms },
    { Sid = "ReadDashboards", Effect = "Allow", Action = ["cloudwatch:GetDashboard"], Resource = local.owned.dashboards },
    {
      Sid      = "ReadRules"
      Effect   = "Allow"
      Action   = ["events:DescribeEventBus", "events:DescribeRule", "events:ListTagsForResource", "events:ListTargetsByRule"]
      Resource = concat(local.owned.buses, local.owned.rules)
    },
    {
      Sid      = "ReadFunctions"
      Effect   = "Allow"
      Action   = ["lambda:GetFunction", "lambda:GetFunctionConfiguration", "lambda:GetPolicy", "lambda:ListTags"]
      Resource = local.owned.functions
    },
    { Sid = "ReadRoles", Effect = "Allow", Action = ["iam:GetRole", "iam:GetRolePolicy", "iam:ListRolePolicies"], Resource = local.owned.roles },
    { Sid = "ReadBoundary", Effect = "Allow", Action = ["iam:GetPolicy"], Resource = [local.boundary_arn] },
    { Sid = "ReadApi", Effect = "Allow", Action = ["apigateway:GET"], Resource = [local.api, "${local.api}/*"] },
    { Sid = "SeeThatSecretsAreThere", Effect = "Allow", Action = ["secretsmanager:DescribeSecret"], Resource = local.owned.secrets },
    {
      # AWS knows no resource for these (https://docs.aws.amazon.com/service-authorization/latest/reference/).
      Sid    = "List"
      Effect = "Allow"
      Action = [
        "events:ListRuleNamesByTarget", "kms:DescribeKey", "lambda:GetEventSourceMapping", "lambda:ListEventSourceMappings",
        "logs:DescribeLogGroups", "logs:DescribeQueryDefinitions", "sns:GetSubscriptionAttributes",
      ]
      Resource = ["*"]
    },
  ]
}
