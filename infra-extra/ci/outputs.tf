output "plan_role_arn" {
  description = "The role of the job that plans."
  value       = aws_iam_role.ci["plan"].arn
}

output "deploy_role_arn" {
  description = "The role of the job that deploys."
  value       = aws_iam_role.ci["deploy"].arn
}
