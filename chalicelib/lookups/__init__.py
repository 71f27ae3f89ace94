"""What Alertmanager and Grafana list as firing, to find ends that they do not report."""
