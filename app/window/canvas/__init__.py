"""The canvas: a pipeline as cards and connections, drawn fast and edited by gestures."""
