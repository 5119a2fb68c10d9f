"""Gestures: what a person does with the pointer from press to release, each an object that can be cancelled."""
