"""One disposable process with several threads that share the values they make."""
