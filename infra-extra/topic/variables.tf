variable "name" {
  description = "The topic's name."
  type        = string
}

variable "key_arn" {
  description = "The key that encrypts it, which CloudWatch may use; null for no key."
  type        = string
  default     = null
}

variable "accounts" {
  description = "The accounts whose CloudWatch alarms publish."
  type        = list(string)
}

# A pattern never matches an alarm whose name is not ASCII
# (https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/Notify_Users_Alarm_Changes.html).
variable "alarm_arns" {
  description = "The alarms of these accounts that publish, as patterns; empty for all."
  type        = list(string)
  default     = []
}

variable "rule_arns" {
  description = "The EventBridge rules of these accounts that publish, as patterns."
  type        = list(string)
  default     = []
}

variable "publishers" {
  description = "Other publishers: the Sid, Principal and Condition of each."
  type        = any
  default     = []
}

variable "queues" {
  description = "The queues that it delivers to."
  type        = map(object({ arn = string, dead_letters_arn = string }))
  default     = {}
}

variable "emails" {
  description = "The addresses that it delivers to, once they have confirmed."
  type        = list(string)
  default     = []
}
