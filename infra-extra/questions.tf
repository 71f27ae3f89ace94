locals {
  # What no alarm needs is not a metric: it is a line MEASURED in the log, and these add it up. Each is saved in
  # Logs Insights under alerting-<stage>/, and the dashboard shows some of them.
  questions = {
    alerts-received = {
      asks  = "How many alerts came in, by source?"
      query = "filter message = \"MEASURED\" and ispresent(AlertsReceived) | stats sum(AlertsReceived) as alerts by source, bin(5m)"
    }
    alerts-recorded = {
      asks  = "What did they mean: new, repeated, resolved, stale?"
      query = "filter message = \"MEASURED\" and ispresent(AlertsRecorded) | stats sum(AlertsRecorded) as alerts by source, reason, bin(5m)"
    }
    alerts-ignored = {
      asks  = "Which were ignored, and why?"
      query = "filter message = \"MEASURED\" and ispresent(AlertsIgnored) | stats sum(AlertsIgnored) as alerts by reason, bin(5m)"
    }
    alerts-rejected = {
      asks  = "Which were rejected, and why?"
      query = "filter message = \"MEASURED\" and ispresent(AlertsRejected) | stats sum(AlertsRejected) as alerts by reason, bin(5m)"
    }
    requests-refused = {
      asks  = "Whose requests did the webhook refuse, and why?"
      query = "filter message = \"MEASURED\" and ispresent(WebhookRefused) | stats sum(WebhookRefused) as requests by source, reason, bin(5m)"
    }
    steps = {
      asks  = "What was done on GitHub, by action, priority and team?"
      query = "filter message = \"MEASURED\" and ispresent(Steps) | stats sum(Steps) as steps by action, priority, team, bin(5m)"
    }
    steps-held-back = {
      asks  = "Which steps were refused or put off, and why?"
      query = "filter message = \"MEASURED\" and ispresent(StepsHeldBack) | stats sum(StepsHeldBack) as steps by reason, bin(5m)"
    }
    rows-held-back = {
      asks  = "Which conditions are those, and when is each tried again?"
      query = "filter message in [\"BUDGET_REFUSED\", \"RETRY\"] | stats count(*) as times, latest(reason) as why, latest(due_at) as again, latest(issue) as of by fingerprint, priority, team | sort priority"
    }
    time-to-record = {
      asks  = "How long from the provider's time until the row is written, in milliseconds?"
      query = "filter message = \"MEASURED\" and ispresent(RecordLatency) | stats pct(RecordLatency, 50) as p50, pct(RecordLatency, 95) as p95, pct(RecordLatency, 99) as p99 by source"
    }
    time-to-issue = {
      asks  = "How long from the provider's time until the issue is open, in milliseconds?"
      query = "filter message = \"MEASURED\" and ispresent(IssueLatency) | stats pct(IssueLatency, 50) as p50, pct(IssueLatency, 95) as p95, pct(IssueLatency, 99) as p99 by bin(5m)"
    }
    calls-to-github = {
      asks  = "How did the calls to GitHub end?"
      query = "filter message = \"MEASURED\" and ispresent(GitHubCalls) | stats sum(GitHubCalls) as calls by outcome, bin(5m)"
    }
    rows-due = {
      asks  = "How many rows does GitHub not show as they are, by priority?"
      query = "filter message = \"MEASURED\" and ispresent(DueRows) | stats max(DueRows) as rows by priority, bin(5m)"
    }
    open-issues = {
      asks  = "How many issues are open, by priority?"
      query = "filter message = \"MEASURED\" and ispresent(OpenIssues) | stats max(OpenIssues) as issues by priority, bin(5m)"
    }
    budget = {
      asks  = "How many issues and comments may still be created this hour?"
      query = "filter message = \"MEASURED\" and ispresent(BudgetLeft) | stats min(BudgetLeft) as left by bin(5m)"
    }
    canary = {
      asks  = "How long did the canary take to open its issue, in milliseconds?"
      query = "filter message = \"MEASURED\" and ispresent(CanaryOpened) | stats max(CanaryOpened) as milliseconds by bin(15m)"
    }
    problems = {
      asks  = "Which errors should a person look at?"
      query = "filter message = \"MEASURED\" and ispresent(Problems) | stats sum(Problems) as times by event, bin(5m)"
    }
    errors = {
      asks  = "Where did they occur?"
      query = "filter level = \"ERROR\" | fields @timestamp, message, exception.0, fingerprint, messageId | sort @timestamp desc | limit 50"
    }
    one-alert = {
      asks  = "What became of one alert? Fill in its correlation id, from the issue's source text, the row or a dead letter."
      query = "filter correlation_id = \"ID\" | fields @timestamp, message, source, fingerprint, action, reason, issue, due_at, github_request_id | sort @timestamp"
    }
    one-condition = {
      asks  = "What became of one condition? Fill in its fingerprint."
      query = "filter fingerprint = \"FINGERPRINT\" | fields @timestamp, message, correlation_id, action, reason, issue, due_at, github_request_id | sort @timestamp"
    }
  }

  log_sources = join(" | ", [for name in sort(keys(local.functions)) : "SOURCE '${aws_cloudwatch_log_group.functions[name].name}'"])
}

resource "aws_cloudwatch_query_definition" "questions" {
  for_each = local.questions

  name            = "${local.prefix}/${each.key}"
  log_group_names = [for name in sort(keys(local.functions)) : aws_cloudwatch_log_group.functions[name].name]
  query_string    = "# ${each.value.asks}\n${each.value.query}"
}
