locals {
  # Sparse: a row has an index's attributes only while it belongs there.
  indexes = {
    due      = { hash = "due_priority", range = "due_at" }
    groups   = { hash = "group", range = "group_since" }
    issues   = { hash = "issue_repository", range = "issue_number" }
    open     = { hash = "open_priority", range = "open_since" }
    resolved = { hash = "resolved_day", range = "resolved_at" }
    waiting  = { hash = "waiting_priority", range = "waiting_since" }
  }
}

# One row for each condition, and a few small documents.
resource "aws_dynamodb_table" "state" {
  #checkov:skip=CKV_AWS_119: encrypted with the key that AWS manages for DynamoDB, in this account and audited
  name                        = "${local.prefix}-alerts-state"
  billing_mode                = "PAY_PER_REQUEST"
  hash_key                    = "fingerprint"
  deletion_protection_enabled = coalesce(var.deletion_protection, var.stage == "prod")

  attribute {
    name = "fingerprint"
    type = "S"
  }

  dynamic "attribute" {
    for_each = local.indexes

    content {
      name = attribute.value.hash
      type = "S"
    }
  }

  dynamic "attribute" {
    for_each = local.indexes

    content {
      name = attribute.value.range
      type = "N"
    }
  }

  dynamic "global_secondary_index" {
    for_each = local.indexes

    content {
      name            = global_secondary_index.key
      hash_key        = global_secondary_index.value.hash
      range_key       = global_secondary_index.value.range
      projection_type = "KEYS_ONLY"
    }
  }

  # DynamoDB has no time to live for a table that is strongly consistent in several regions.
  dynamic "ttl" {
    for_each = var.shared_table ? [] : ["ttl_expires_at"]

    content {
      attribute_name = ttl.value
      enabled        = true
    }
  }

  point_in_time_recovery {
    enabled = true
  }

  server_side_encryption {
    enabled = true
  }

  # Replicas are added once, by hand (docs/standby.md).
  lifecycle {
    ignore_changes = [replica]
  }
}
