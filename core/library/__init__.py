"""The standard modules, one file a domain."""
