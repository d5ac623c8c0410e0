"""What corrections do when an article changes."""
