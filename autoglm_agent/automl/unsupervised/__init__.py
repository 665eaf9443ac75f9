"""Groups and anomalies: tasks without a target."""
