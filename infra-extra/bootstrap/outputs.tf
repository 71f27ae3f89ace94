output "bucket" {
  description = "The bucket of the stage's state."
  value       = aws_s3_bucket.state.id
}
