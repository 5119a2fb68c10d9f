"""The durable record of runs: written while they go, read by whoever wants to know."""
