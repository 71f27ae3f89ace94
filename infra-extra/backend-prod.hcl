# The bucket that bootstrap/ makes; bucket names are unique in the whole world, so this one is yours to choose.
bucket       = "example-org-alerting-prod-state"
key          = "alerting/prod.tfstate"
region       = "us-east-1"
encrypt      = true
use_lockfile = true
