# The bucket that bootstrap/ makes; bucket names are unique in the whole world, so this one is yours to choose.
bucket       = "example-org-alerting-dev-state"
key          = "alerting/dev.tfstate"
region       = "us-west-2"
encrypt      = true
use_lockfile = true
