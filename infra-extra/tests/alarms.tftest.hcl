# Alarms, who is told of them, and the dashboard, on a mock of AWS.

mock_provider "aws" {
  override_during = plan

  mock_data "aws_caller_identity" {
    defaults = { account_id = "123456789012" }
  }

  mock_data "aws_partition" {
    defaults = { partition = "aws" }
  }

  mock_resource "aws_sns_topic" {
    defaults = { arn = "arn:aws:sns:us-west-2:123456789012:mock-topic" }
  }

  mock_resource "aws_sqs_queue" {
    defaults = { arn = "arn:aws:sqs:us-west-2:123456789012:mock-queue" }
  }

  mock_resource "aws_cloudwatch_metric_alarm" {
    defaults = { arn = "arn:aws:cloudwatch:us-west-2:123456789012:alarm:mock" }
  }
}

variables {
  stage  = "dev"
  region = "us-west-2"
}

run "alarms" {
  command = plan

  assert {
    condition = toset(keys(aws_cloudwatch_metric_alarm.own)) == toset([
      "alerts-not-taken", "alerts-requeued", "alerts-waiting", "api-errors", "budget-empty", "collector-errors", "collector-slow", "collector-throttled",
      "dead-letters", "facts-undelivered", "github-away", "issues-behind", "reconcile-missing", "rows-held-back", "steps-unending", "webhook-errors",
      "webhook-refused", "webhook-throttled",
    ])
    error_message = "These are the alarms."
  }

  assert {
    condition = alltrue([
      for name, alarm in aws_cloudwatch_metric_alarm.own :
      alarm.alarm_name == "alerting-dev-${name}"
      && alarm.alarm_actions == toset([module.operations.topic.arn])
      && alarm.ok_actions == toset([module.operations.topic.arn])
      && strcontains(alarm.alarm_description, "docs/on-call.md, ${name}.")
    ])
    error_message = "Each tells operations when it begins and when it ends, and where its paragraph is."
  }

  assert {
    condition     = alltrue([for alarm in aws_cloudwatch_metric_alarm.own : alarm.datapoints_to_alarm <= alarm.evaluation_periods])
    error_message = "An alarm needs no more bad periods than it looks at."
  }

  assert {
    condition     = alltrue([for alarm in aws_cloudwatch_metric_alarm.own : alarm.evaluation_periods * coalesce(alarm.period, 300) <= 86400])
    error_message = "CloudWatch looks back a day at most."
  }
}

run "silence_of_reconcile_is_trouble" {
  command = plan

  assert {
    condition = (
      aws_cloudwatch_metric_alarm.own["reconcile-missing"].treat_missing_data == "breaching"
      && aws_cloudwatch_metric_alarm.own["reconcile-missing"].comparison_operator == "LessThanThreshold"
      && aws_cloudwatch_metric_alarm.own["reconcile-missing"].evaluation_periods * aws_cloudwatch_metric_alarm.own["reconcile-missing"].period == 600
    )
    error_message = "Ten minutes without a reconcile raise the alarm."
  }

  assert {
    condition = alltrue([
      for name, alarm in aws_cloudwatch_metric_alarm.own : alarm.treat_missing_data == "notBreaching" && alarm.comparison_operator == "GreaterThanThreshold"
      if name != "reconcile-missing"
    ])
    error_message = "Nothing else is wrong because nothing happens."
  }
}

run "what_they_read" {
  command = plan

  assert {
    condition = alltrue([
      for alarm in aws_cloudwatch_metric_alarm.own : alarm.dimensions == tomap({ service = "alerting", stage = "dev" })
      if alarm.namespace == "Alerting"
    ])
    error_message = "Our own metrics are this stage's."
  }

  assert {
    condition     = aws_cloudwatch_metric_alarm.own["dead-letters"].dimensions == tomap({ QueueName = "alerting-dev-alerts-dlq" })
    error_message = "Dead letters are counted in the dead-letter queue."
  }

  assert {
    condition     = aws_cloudwatch_metric_alarm.own["alerts-waiting"].dimensions == tomap({ QueueName = "alerting-dev-alerts" })
    error_message = "Alerts wait in the queue."
  }

  assert {
    condition = (
      aws_cloudwatch_metric_alarm.own["collector-errors"].dimensions == tomap({ FunctionName = "alerting-dev-collector" })
      && aws_cloudwatch_metric_alarm.own["webhook-errors"].dimensions == tomap({ FunctionName = "alerting-dev" })
    )
    error_message = "Functions are named as Chalice names them."
  }

  assert {
    condition     = aws_cloudwatch_metric_alarm.own["api-errors"].dimensions == tomap({ ApiName = "alerting-dev", Stage = "api" })
    error_message = "The API is named as app.py names it."
  }

  assert {
    condition     = aws_cloudwatch_metric_alarm.own["collector-slow"].threshold == 57000
    error_message = "The collector is slow at 95 of 100 of its time, in milliseconds."
  }
}

run "how_long_they_look" {
  command = plan

  assert {
    condition     = aws_cloudwatch_metric_alarm.own["webhook-refused"].period * aws_cloudwatch_metric_alarm.own["webhook-refused"].evaluation_periods == 3600
    error_message = "An hour is looked at: Grafana sends again after five minutes, a scanner comes once."
  }

  assert {
    condition = (
      aws_cloudwatch_metric_alarm.own["budget-empty"].period * aws_cloudwatch_metric_alarm.own["budget-empty"].evaluation_periods == 1800
      && aws_cloudwatch_metric_alarm.own["budget-empty"].statistic == "Minimum"
    )
    error_message = "A storm of some minutes is no trouble: half an hour without room for P0 and P1 is."
  }
}

run "questions" {
  command = plan

  assert {
    condition = alltrue([
      for name, each in aws_cloudwatch_query_definition.questions :
      each.name == "alerting-dev/${name}"
      && toset(each.log_group_names) == toset(["/aws/lambda/alerting-dev", "/aws/lambda/alerting-dev-collector", "/aws/lambda/alerting-dev-reconcile"])
      && strcontains(each.query_string, local.questions[name].query)
    ])
    error_message = "Each question is saved for this stage, and asks its three logs."
  }
}

run "the_canary_is_watched_where_there_is_one" {
  command = plan

  variables {
    canary = true
  }

  assert {
    condition     = aws_cloudwatch_metric_alarm.own["canary-missing"].treat_missing_data == "breaching"
    error_message = "A canary that is not seen raises an alarm."
  }
}

run "who_is_told" {
  command = plan

  variables {
    operations_emails = ["on-call@example.org", "lead@example.org"]
  }

  assert {
    condition = (
      toset([for each in module.operations.emails : each.endpoint]) == toset(["on-call@example.org", "lead@example.org"])
      && alltrue([for each in module.operations.emails : each.protocol == "email" && each.topic_arn == module.operations.topic.arn])
    )
    error_message = "Each address is subscribed to operations."
  }

  assert {
    condition = one([
      for each in jsondecode(module.operations.policy.policy).Statement : each.Condition if each.Effect == "Allow"
      ]) == {
      StringEquals = { "aws:SourceAccount" = ["123456789012"] }
      ArnLike      = { "aws:SourceArn" = ["arn:aws:cloudwatch:us-west-2:123456789012:alarm:alerting-dev-*"] }
    }
    error_message = "Only this stage's own alarms publish there."
  }
}

run "dashboard" {
  command = plan

  assert {
    condition     = aws_cloudwatch_dashboard.overview.dashboard_name == "alerting-dev"
    error_message = "The dashboard is named after the stage."
  }

  assert {
    condition     = length(jsondecode(aws_cloudwatch_dashboard.overview.dashboard_body).widgets) <= 12
    error_message = "Twelve widgets at most."
  }

  assert {
    condition = [
      for each in jsondecode(aws_cloudwatch_dashboard.overview.dashboard_body).widgets : each.properties.title if each.y == 0
    ] == ["Alarms", "Due rows by priority", "Seconds the oldest is due"]
    error_message = "The first row is the alarms' states and the due rows."
  }

  assert {
    condition = alltrue([
      for each in jsondecode(aws_cloudwatch_dashboard.overview.dashboard_body).widgets : each.x + each.width <= 24
    ])
    error_message = "The dashboard is 24 wide."
  }

  assert {
    condition = length(distinct([
      for each in jsondecode(aws_cloudwatch_dashboard.overview.dashboard_body).widgets : "${each.x} ${each.y}"
    ])) == length(jsondecode(aws_cloudwatch_dashboard.overview.dashboard_body).widgets)
    error_message = "No widget covers another."
  }

  assert {
    condition = alltrue([
      for each in jsondecode(aws_cloudwatch_dashboard.overview.dashboard_body).widgets : each.properties.region == "us-west-2" if each.type != "alarm"
    ])
    error_message = "The dashboard reads the stage's region."
  }
}
