"""What the sending path can do, measured: python -m benchmarks.NAME [--json]."""
