"""What the schemes that run calls in processes of our own share: a supervisor, its workers, and the way to them."""
