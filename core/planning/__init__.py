"""Makes the plan of a run: groups flattened, axes worked out, units compiled."""
