"""What comes from Discord: interactions, told in our own terms, written down, and handled in order."""
