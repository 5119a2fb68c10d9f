"""Runs tasks on the engines of IPython clusters, and starts, finds and ends such clusters."""
