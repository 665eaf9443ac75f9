"""What memory is worth to a real, small model that reads its examples."""
