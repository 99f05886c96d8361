"""Photos in, portraits out.

Synchronous; knows no chat, no queue and no database. Importing it loads no torch.
"""
