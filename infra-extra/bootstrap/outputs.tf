output "bucket" {
  description = "The bucket, as backend-<stage>.hcl names it."
  value       = aws_s3_bucket.state.id
}
