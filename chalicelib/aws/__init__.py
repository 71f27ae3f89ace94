"""AWS's services, each behind the port of whoever uses it: Secrets Manager, SNS, SQS, CloudWatch."""
