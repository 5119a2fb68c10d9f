"""Says what is wrong with a pipeline, with the place and the remedy."""
