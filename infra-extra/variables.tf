variable "stage" {
  description = "The stage that all names carry, as in alerting-<stage>; the name of its file in stages/."
  type        = string

  validation {
    condition     = can(regex("^[a-z0-9]{1,20}$", var.stage))
    error_message = "stage must be a word of at most 20 lower-case letters and digits."
  }
}

variable "region" {
  description = "The AWS region of everything here, and of the functions."
  type        = string

  validation {
    condition     = can(regex("^[a-z]{2}(-[a-z]+)+-[0-9]$", var.region))
    error_message = "region must be an AWS region such as us-east-1."
  }
}

variable "source_account_ids" {
  description = "AWS accounts whose CloudWatch alarms, and events about them, become alerts; empty for this account alone."
  type        = list(string)
  default     = []

  validation {
    condition     = alltrue([for id in var.source_account_ids : can(regex("^[0-9]{12}$", id))])
    error_message = "source_account_ids must be AWS account ids of 12 digits."
  }
}

variable "direct_rules" {
  description = "Whether EventBridge rules may publish to the topic themselves, which lets the accounts that own them forge alarms of others."
  type        = bool
  default     = true
}

variable "aws_services" {
  description = "AWS services besides CloudWatch whose events the bus takes and sends on, such as ecs (docs/senders)."
  type        = list(string)
  default     = []

  validation {
    condition     = alltrue([for name in var.aws_services : contains(["backup", "batch", "ecs", "guardduty", "health", "rds", "states"], name)])
    error_message = "aws_services must be among backup, batch, ecs, guardduty, health, rds, states."
  }
}

variable "budgets" {
  description = "Whether AWS Budgets of this account may publish to the topic."
  type        = bool
  default     = false
}

variable "other_regions" {
  description = "Other regions whose topic, made by region/, delivers to this queue."
  type        = list(string)
  default     = []

  validation {
    condition     = alltrue([for name in var.other_regions : can(regex("^[a-z]{2}(-[a-z]+)+-[0-9]$", name))])
    error_message = "other_regions must be AWS regions such as eu-west-1."
  }

  validation {
    condition     = !contains(var.other_regions, var.region)
    error_message = "other_regions must not name the region itself."
  }
}

variable "collector_timeout_seconds" {
  description = "The time that the collector may take; the queue hides a message six times as long."
  type        = number
  default     = 60

  validation {
    condition     = var.collector_timeout_seconds >= 30 && var.collector_timeout_seconds <= 900
    error_message = "collector_timeout_seconds must be from 30 to 900."
  }
}

variable "requests_per_second" {
  description = "Requests a second that each route of the API takes; beyond that API Gateway answers 429, which costs nothing."
  type        = number
  default     = 50

  validation {
    condition     = var.requests_per_second >= 1 && var.requests_per_second <= 10000
    error_message = "requests_per_second must be from 1 to 10000."
  }
}

variable "requests_burst" {
  description = "Requests that each route of the API takes at once, above requests_per_second."
  type        = number
  default     = 200

  validation {
    condition     = var.requests_burst >= 1 && var.requests_burst <= 5000 && floor(var.requests_burst) == var.requests_burst
    error_message = "requests_burst must be a whole number from 1 to 5000."
  }
}

variable "queue_retention_days" {
  description = "How long an alert waits in the queue at most; the dead-letter queue keeps it 14 days from then on."
  type        = number
  default     = 7

  validation {
    condition     = var.queue_retention_days >= 1 && var.queue_retention_days <= 13
    error_message = "queue_retention_days must be from 1 to 13, below the dead-letter queue's 14."
  }
}

variable "log_retention_days" {
  description = "How long the functions' logs are kept; one of the periods that CloudWatch Logs knows."
  type        = number
  default     = 90

  validation {
    condition     = contains([1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731], var.log_retention_days)
    error_message = "log_retention_days must be a period that CloudWatch Logs knows, such as 30, 90 or 365."
  }
}

variable "operations_emails" {
  description = "Addresses that are notified when Alerting itself is in trouble; each has to confirm once."
  type        = list(string)
  default     = []

  validation {
    condition     = alltrue([for address in var.operations_emails : can(regex("^[^@\\s]+@[^@\\s]+$", address))])
    error_message = "operations_emails must be e-mail addresses."
  }
}

variable "deletion_protection" {
  description = "Whether the table is protected from deletion; unset, it is in prod."
  type        = bool
  default     = null
}

variable "shared_table" {
  description = "Whether a stage in another region shares the table (docs/standby.md), in which nothing is deleted by time then."
  type        = bool
  default     = false
}

variable "customer_key" {
  description = "Whether the topics are encrypted with a key of your own (about 1 USD a month), which CloudWatch may use."
  type        = bool
  default     = false
}

variable "canary" {
  description = "Whether CANARY_REPO is set, so that a canary that is not seen raises an alarm."
  type        = bool
  default     = false
}
