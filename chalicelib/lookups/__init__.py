"""What Alertmanager and Grafana list as firing, for the ends that they report to nobody."""
