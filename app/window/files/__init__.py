"""The files of pipelines: opened, saved, watched and recovered beside the window's thread."""
