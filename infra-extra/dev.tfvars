stage  = "dev"
region = "us-west-2"
