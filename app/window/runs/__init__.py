"""Runs as the window sees them: what they tell, what is shown of it, and how a person steers them."""
