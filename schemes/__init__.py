"""The ways to execute tasks: each implements the Scheme protocol, none knows another."""
