stage  = "dev"
region = "us-west-2"

# EventBridge rules send to the bus; true where some still publish to the topic themselves (docs/deploy.md).
direct_rules = false
