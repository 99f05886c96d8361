"""What comes from Telegram: written down, told apart, its photo fetched, handled in its order."""
