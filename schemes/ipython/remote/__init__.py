"""What runs on an engine: shipped there, it takes nothing but the standard library and cloudpickle."""
