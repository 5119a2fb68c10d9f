"""The canvases that are measured: each module has ``measured(nodes)``, which goes through (what, seconds)."""
