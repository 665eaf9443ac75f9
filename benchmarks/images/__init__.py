"""Image classification, measured: the digits by the whole path, and search over architectures."""
