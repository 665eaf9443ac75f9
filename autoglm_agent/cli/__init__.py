"""The command `autoglm`."""
