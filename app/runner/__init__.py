"""The process behind a window: it checks, plans, schedules and journals, and talks in lines of JSON."""
