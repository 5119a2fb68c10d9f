"""Where modules come from: the library, plug-ins, the user's folder, any import path."""
