"""The DynamoDB table: rows of conditions, small documents, and what its indexes count."""
