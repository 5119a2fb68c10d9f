"""Why nodes run where they do: shown before a run and after it, and set for one node or many."""
