"""`python -m limner.deploy.cli`, the same as the installed `limner` command."""

from limner.deploy.cli import main

main()
