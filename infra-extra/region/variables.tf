variable "stage" {
  description = "The stage whose queue takes the alerts, as in alerting-<stage>."
  type        = string

  validation {
    condition     = can(regex("^[a-z0-9]{1,20}$", var.stage))
    error_message = "stage must be a word of at most 20 lower-case letters and digits."
  }
}

variable "region" {
  description = "The region of the alarms, named in other_regions of the stage's file."
  type        = string

  validation {
    condition     = can(regex("^[a-z]{2}(-[a-z]+)+-[0-9]$", var.region))
    error_message = "region must be an AWS region such as eu-west-1."
  }
}

variable "home_region" {
  description = "The region of the stage, where its queue is."
  type        = string

  validation {
    condition     = can(regex("^[a-z]{2}(-[a-z]+)+-[0-9]$", var.home_region))
    error_message = "home_region must be an AWS region such as us-east-1."
  }

  validation {
    condition     = var.home_region != var.region
    error_message = "home_region must be another region: the stage has a topic in its own."
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

variable "operations_emails" {
  description = "Addresses that are notified when an alert of this region could not be delivered; each has to confirm once."
  type        = list(string)
  default     = []

  validation {
    condition     = alltrue([for address in var.operations_emails : can(regex("^[^@\\s]+@[^@\\s]+$", address))])
    error_message = "operations_emails must be e-mail addresses."
  }
}
