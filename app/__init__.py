"""What people start: the command line, the session, later the runner and the window."""
