"""What goes to Telegram: replies as messages with buttons, cut to Telegram's limits, sent at its pace."""
