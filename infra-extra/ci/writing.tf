# What deploying changes. What would delete messages, rows, logs or addresses is not in it, nor what AWS lets nobody
# narrow to one stage: the bus's policy, and ending a subscription. A person does these, with make deploy-<stage>.
locals {
  bounded = { StringEquals = { "iam:PermissionsBoundary" = local.boundary_arn } }

  writing = [
    { Sid = "WriteState", Effect = "Allow", Action = ["s3:PutObject"], Resource = [local.state, local.memory] },
    { Sid = "KeepPackages", Effect = "Allow", Action = ["s3:DeleteObject", "s3:GetObject", "s3:PutObject"], Resource = [local.kept] },
    { Sid = "WriteTopics", Effect = "Allow", Action = ["sns:CreateTopic", "sns:SetTopicAttributes", "sns:Subscribe", "sns:TagResource"], Resource = local.owned.topics },
    { Sid = "WriteQueues", Effect = "Allow", Action = ["sqs:CreateQueue", "sqs:SetQueueAttributes", "sqs:TagQueue"], Resource = local.owned.queues },
    {
      Sid      = "WriteTables"
      Effect   = "Allow"
      Action   = ["dynamodb:CreateTable", "dynamodb:TagResource", "dynamodb:UpdateContinuousBackups", "dynamodb:UpdateTable", "dynamodb:UpdateTimeToLive"]
      Resource = local.owned.tables
    },
    { Sid = "WriteLogGroups", Effect = "Allow", Action = ["logs:CreateLogGroup", "logs:PutRetentionPolicy", "logs:TagResource"], Resource = local.owned.groups },
    { Sid = "WriteQueries", Effect = "Allow", Action = ["logs:DeleteQueryDefinition", "logs:PutQueryDefinition"], Resource = ["*"] },
    { Sid = "WriteAlarms", Effect = "Allow", Action = ["cloudwatch:DeleteAlarms", "cloudwatch:PutMetricAlarm", "cloudwatch:TagResource"], Resource = local.owned.alarms },
    { Sid = "WriteDashboards", Effect = "Allow", Action = ["cloudwatch:PutDashboard"], Resource = local.owned.dashboards },
    {
      Sid      = "WriteRules"
      Effect   = "Allow"
      Action   = ["events:CreateEventBus", "events:PutRule", "events:PutTargets", "events:RemoveTargets", "events:TagResource"]
      Resource = concat(local.owned.buses, local.owned.rules)
    },
    {
      Sid    = "WriteFunctions"
      Effect = "Allow"
      Action = [
        "lambda:AddPermission", "lambda:CreateFunction", "lambda:DeleteFunctionConcurrency", "lambda:PutFunctionConcurrency", "lambda:RemovePermission",
        "lambda:TagResource", "lambda:UntagResource", "lambda:UpdateFunctionCode", "lambda:UpdateFunctionConfiguration",
      ]
      Resource = local.owned.functions
    },
    {
      Sid       = "FeedFunctions"
      Effect    = "Allow"
      Action    = ["lambda:CreateEventSourceMapping", "lambda:UpdateEventSourceMapping"]
      Resource  = ["*"]
      Condition = { ArnLike = { "lambda:FunctionArn" = local.owned.functions } }
    },
    { Sid = "WriteApi", Effect = "Allow", Action = ["apigateway:PATCH", "apigateway:POST", "apigateway:PUT"], Resource = [local.api, "${local.api}/*"] },
    {
      # Else whoever deploys could give a function, and so himself, any right.
      Sid       = "WriteRolesWithinTheBoundary"
      Effect    = "Allow"
      Action    = ["iam:CreateRole", "iam:PutRolePermissionsBoundary", "iam:PutRolePolicy"]
      Resource  = local.owned.roles
      Condition = local.bounded
    },
    {
      Sid       = "GiveFunctionsTheirRoles"
      Effect    = "Allow"
      Action    = ["iam:PassRole"]
      Resource  = local.owned.roles
      Condition = { StringEquals = { "iam:PassedToService" = "lambda.amazonaws.com" } }
    },
  ]
}
