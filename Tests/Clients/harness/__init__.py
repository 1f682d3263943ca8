"""What the checks share: the daemon under test, conditions, the report."""
