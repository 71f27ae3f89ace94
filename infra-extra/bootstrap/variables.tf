variable "stage" {
  description = "The stage whose backend-<stage>.hcl names the bucket and its region."
  type        = string

  validation {
    condition     = fileexists("${path.module}/../backend-${var.stage}.hcl")
    error_message = "stage must be one that has a file backend-<stage>.hcl in infra-extra, such as dev or prod."
  }
}
