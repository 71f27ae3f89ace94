# The roles that CI takes with a token of GitHub, and no key: one to plan, one to deploy (docs/deploy-ci.md).
data "aws_caller_identity" "here" {}
data "aws_partition" "here" {}

locals {
  prefix     = "alerting-${var.stage}"
  partition  = data.aws_partition.here.partition
  account_id = data.aws_caller_identity.here.account_id
  here       = "${var.region}:${local.account_id}"

  issuer       = "token.actions.githubusercontent.com"
  provider_arn = var.provider_arn == null ? one(aws_iam_openid_connect_provider.github[*].arn) : var.provider_arn

  # https://docs.github.com/en/actions/reference/security/oidc: a job that names an environment has that in its
  # subject, whatever started it; else a run for a pull request says so, and any other run names its branch or tag.
  subjects = {
    plan   = "repo:${var.repository}:pull_request"
    deploy = "repo:${var.repository}:environment:${var.stage}"
  }
  policies = { plan = local.reading, deploy = concat(local.reading, local.writing) }
}

resource "aws_iam_openid_connect_provider" "github" {
  count = var.provider_arn == null ? 1 : 0

  url            = "https://${local.issuer}"
  client_id_list = ["sts.amazonaws.com"]
}

# Their names are not like those of the functions' roles, which the second may change.
resource "aws_iam_role" "ci" {
  for_each = local.subjects

  name        = "ci-${local.prefix}-${each.key}"
  description = "Taken by GitHub Actions: ${each.value}"

  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { Federated = local.provider_arn }
      Action    = "sts:AssumeRoleWithWebIdentity"
      Condition = { StringEquals = { "${local.issuer}:aud" = "sts.amazonaws.com", "${local.issuer}:sub" = each.value } }
    }]
  })
}

resource "aws_iam_role_policy" "ci" {
  for_each = local.policies

  name   = "ci"
  role   = aws_iam_role.ci[each.key].id
  policy = jsonencode({ Version = "2012-10-17", Statement = each.value })
}
