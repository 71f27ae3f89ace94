stage  = "prod"
region = "us-east-1"
