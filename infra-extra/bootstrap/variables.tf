variable "stage" {
  description = "The stage whose state the bucket keeps."
  type        = string

  validation {
    condition     = can(regex("^[a-z0-9]{1,20}$", var.stage))
    error_message = "stage must be a word of at most 20 lower-case letters and digits."
  }
}

variable "bucket" {
  description = "The bucket's name; names of buckets are unique in the whole world."
  type        = string

  validation {
    condition     = can(regex("^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$", var.bucket))
    error_message = "bucket must be 3 to 63 lower-case letters, digits, dots and hyphens."
  }
}

variable "region" {
  description = "The bucket's region."
  type        = string

  validation {
    condition     = can(regex("^[a-z]{2}(-[a-z]+)+-[0-9]$", var.region))
    error_message = "region must be an AWS region such as us-east-1."
  }
}
