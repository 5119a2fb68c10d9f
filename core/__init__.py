"""The pipeline model and the execution core; knows neither Qt nor ipyparallel."""
