"""What the window asks and tells in boxes of their own; none of them stops the program while it is open."""
