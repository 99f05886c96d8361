"""What goes to Discord: replies as messages with buttons and files, cut to its limits, and the calls that send them."""
