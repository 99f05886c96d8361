"""The `limner` command: one module for each group of commands, and the rim that turns errors into sentences."""

from limner.deploy.cli.root import main

__all__ = ["main"]
