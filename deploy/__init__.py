"""The composition root: settings, the `limner` command and the scripts that start and check it all."""
