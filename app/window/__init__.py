"""The workbench window: a view of pipelines and runs, which executes nothing itself; the only folder that knows Qt."""
