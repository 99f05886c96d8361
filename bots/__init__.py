"""The conversation and its translations for chat platforms.

Knows the queue client, its messages and storage; knows no engine and no torch.
"""
