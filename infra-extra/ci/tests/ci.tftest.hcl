# Who may take which role, on a mock of AWS; what a role may do is tried in tests/deploy/test_ci_roles.py.

mock_provider "aws" {
  override_during = plan

  mock_data "aws_caller_identity" {
    defaults = { account_id = "111111111111" }
  }

  mock_data "aws_partition" {
    defaults = { partition = "aws" }
  }

  mock_resource "aws_iam_openid_connect_provider" {
    defaults = { arn = "arn:aws:iam::111111111111:oidc-provider/token.actions.githubusercontent.com" }
  }
}

variables {
  stage        = "prod"
  region       = "us-east-1"
  repository   = "example-org/alerting"
  state_bucket = "example-org-alerting-prod-state"
  api_id       = "a1b2c3d4e5"
}

run "a_role_is_taken_by_its_subject_alone" {
  command = plan

  assert {
    condition = alltrue([for role in values(aws_iam_role.ci) : alltrue([for each in jsondecode(role.assume_role_policy).Statement :
      each.Action == "sts:AssumeRoleWithWebIdentity" && keys(each.Condition) == ["StringEquals"] &&
      each.Condition.StringEquals["token.actions.githubusercontent.com:aud"] == "sts.amazonaws.com" &&
      endswith(each.Principal.Federated, ":oidc-provider/token.actions.githubusercontent.com")
    ])])
    error_message = "A role is taken with GitHub's token for STS, whose claims are compared as they are."
  }

  assert {
    condition = { for name, role in aws_iam_role.ci : name => jsondecode(role.assume_role_policy).Statement[*].Condition.StringEquals["token.actions.githubusercontent.com:sub"] } == {
      plan   = ["repo:example-org/alerting:pull_request"]
      deploy = ["repo:example-org/alerting:environment:prod"]
    }
    error_message = "Pull requests plan, and the stage's environment deploys."
  }
}

# https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
run "policies_are_not_longer_than_iam_takes_them" {
  command = plan

  variables {
    stage        = "abcdefghijklmnopqrst"
    region       = "ap-southeast-2"
    state_bucket = "a-bucket-whose-name-is-of-sixty-three-characters-as-most-names0"
  }

  assert {
    condition     = alltrue([for each in values(aws_iam_role_policy.ci) : length(each.policy) <= 10240])
    error_message = "A role's own policies have 10,240 characters together."
  }

  assert {
    condition     = length(aws_iam_policy.boundary.policy) <= 6144
    error_message = "A managed policy has 6,144 characters."
  }
}

run "the_provider_of_an_account_is_used_where_it_is_named" {
  command = plan

  variables {
    provider_arn = "arn:aws:iam::111111111111:oidc-provider/token.actions.githubusercontent.com"
    repository   = "example-org@123/alerting@456"
  }

  assert {
    condition     = length(aws_iam_openid_connect_provider.github) == 0
    error_message = "An account has one provider."
  }

  assert {
    condition     = strcontains(aws_iam_role.ci["deploy"].assume_role_policy, "\"repo:example-org@123/alerting@456:environment:prod\"")
    error_message = "A subject may have ids."
  }
}

run "a_repository_is_named_in_full" {
  command         = plan
  expect_failures = [var.repository]

  variables {
    repository = "example-org/*"
  }
}

run "an_api_is_named_in_full" {
  command         = plan
  expect_failures = [var.api_id]

  variables {
    api_id = "*"
  }
}

run "a_stage_is_a_word" {
  command         = plan
  expect_failures = [var.stage]

  variables {
    stage = "prod-*"
  }
}

run "a_region_is_one_of_aws" {
  command         = plan
  expect_failures = [var.region]

  variables {
    region = "*"
  }
}

run "a_bucket_is_named_in_full" {
  command         = plan
  expect_failures = [var.state_bucket]

  variables {
    state_bucket = "*"
  }
}

run "a_state_is_named_in_full" {
  command         = plan
  expect_failures = [var.state_key]

  variables {
    state_key = "alerting/*"
  }
}

run "a_provider_is_githubs" {
  command         = plan
  expect_failures = [var.provider_arn]

  variables {
    provider_arn = "arn:aws:iam::111111111111:oidc-provider/example.org"
  }
}

run "a_function_is_not_allowed_everything" {
  command         = plan
  expect_failures = [var.statements]

  variables {
    statements = [{ Effect = "Allow", Action = "*", Resource = "*" }]
  }
}
