# Datadog: a webhook to Alerting, and a monitor whose groups become issues, and close them.
terraform {
  required_providers {
    datadog = { source = "DataDog/datadog" }
  }
}

variable "alerting_url" {
  description = "The address of the webhooks, which ends in /api/webhooks"
  type        = string
}

variable "alerting_token" {
  description = "datadog_webhook_token of the stage's webhook secret"
  type        = string
  sensitive   = true
}

resource "datadog_webhook" "alerting" {
  name           = "alerting"
  url            = "${var.alerting_url}/datadog"
  encode_as      = "json"
  custom_headers = jsonencode({ "X-Datadog-Token" = var.alerting_token })

  payload = jsonencode({
    alert_id         = "$ALERT_ID"
    alert_transition = "$ALERT_TRANSITION"
    alert_scope      = "$ALERT_SCOPE"
    alert_priority   = "$ALERT_PRIORITY"
    alert_status     = "$ALERT_STATUS"
    title            = "$ALERT_TITLE"
    text             = "$TEXT_ONLY_MSG"
    date             = "$DATE"
    tags             = "$TAGS"
    org_id           = "$ORG_ID"
    link             = "$LINK"
    snapshot         = "$SNAPSHOT"
  })
}

resource "datadog_monitor" "runner_queue" {
  name    = "Runner queue too long"
  type    = "metric alert"
  query   = "avg(last_10m):avg:ci.jobs.waiting{*} by {pool} > 50"
  message = "Jobs wait more than ten minutes for a runner. @webhook-${datadog_webhook.alerting.name}"

  tags     = ["team:ci-runners", "priority:P1"]
  priority = 1

  require_full_window = false
  monitor_thresholds {
    critical          = 50
    critical_recovery = 40 # otherwise it flaps at the threshold
  }
}
