variable "stage" {
  description = "The stage that is deployed from CI."
  type        = string

  validation {
    condition     = can(regex("^[a-z0-9]{1,20}$", var.stage))
    error_message = "stage must be a word of at most 20 lower-case letters and digits."
  }
}

variable "region" {
  description = "The AWS region of the stage."
  type        = string

  validation {
    condition     = can(regex("^[a-z]{2}(-[a-z]+)+-[0-9]$", var.region))
    error_message = "region must be an AWS region such as us-east-1."
  }
}

variable "repository" {
  description = "The repository on GitHub, as it begins the subject of its tokens: owner/name, or owner@id/name@id."
  type        = string

  # No wildcard: a role that any repository may take would belong to everybody.
  validation {
    condition     = can(regex("^[A-Za-z0-9-]+/[A-Za-z0-9._-]+$|^[A-Za-z0-9-]+@[0-9]+/[A-Za-z0-9._-]+@[0-9]+$", var.repository))
    error_message = "repository must be owner/name, or owner@id/name@id where GitHub writes ids into subjects."
  }
}

variable "state_bucket" {
  description = "The bucket of the stage's state, in build/stages/<stage>/backend.json."
  type        = string

  validation {
    condition     = can(regex("^[a-z0-9.-]{3,63}$", var.state_bucket))
    error_message = "state_bucket must be the name of a bucket."
  }
}

variable "state_key" {
  description = "The key of the stage's state in that bucket; unset, alerting/<stage>.tfstate."
  type        = string
  default     = null

  validation {
    condition     = var.state_key == null || can(regex("^[A-Za-z0-9/._-]+$", var.state_key))
    error_message = "state_key must be a key without wildcards."
  }
}

variable "api_id" {
  description = "The API of the stage, at the beginning of what make url-<stage> prints; CI may change no other."
  type        = string

  validation {
    condition     = can(regex("^[a-z0-9]+$", var.api_id))
    error_message = "api_id must be the id of the API, such as a1b2c3d4e5."
  }
}

variable "provider_arn" {
  description = "GitHub's identity provider in this account; unset, one is made. An account has one for all its roles."
  type        = string
  default     = null

  validation {
    condition     = var.provider_arn == null || can(regex("^arn:[a-z-]+:iam::[0-9]{12}:oidc-provider/token\\.actions\\.githubusercontent\\.com$", var.provider_arn))
    error_message = "provider_arn must be the ARN of the provider token.actions.githubusercontent.com."
  }
}

variable "statements" {
  description = "What else the functions may do, as statements of a policy; whatever the stage's file adds to a function has to be here too."
  type        = any
  default     = []

  validation {
    condition     = alltrue([for each in var.statements : each.Effect == "Allow" && !contains(flatten([each.Action]), "*")])
    error_message = "statements must allow actions that are named."
  }
}
