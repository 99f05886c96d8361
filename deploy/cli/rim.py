"""Where every error of a command becomes one sentence and an exit code."""

import sys
from typing import Any, NoReturn

import click

from limner.deploy.errors import DeployError
from limner.deploy.settings import Settings

# The roots of the folders' error trees. They are named, not imported: `limner doctor` must start without them.
SENTENCES = {"EngineError", "QueueError", "StorageError", "BotsError"}
# Those of them that mean: the command was given something it cannot use.
MISTAKES = {
    "BadAspectError",
    "BadLoraError",
    "BadStyleError",
    "PoseError",
    "SigningError",
    "TemplateError",
    "UnknownBaseError",
    "UnknownStyleError",
}


class Rim(click.Group):
    """A group of commands whose errors end in one sentence on standard error."""

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command; errors that carry a finished sentence end it with that sentence and a code."""
        try:
            return super().invoke(ctx)
        except DeployError as error:
            _end(str(error), error.exit_code)
        except ModuleNotFoundError as error:
            if (error.name or "").startswith("limner"):
                raise
            _end(
                f"The library {error.name} is not installed. `limner doctor` says what is missing and how to get it.", 1
            )
        except Exception as error:
            names = {base.__name__ for base in type(error).__mro__}
            if not names & SENTENCES:
                raise
            _end(str(error), 2 if names & MISTAKES else 1)


def settings_of(ctx: click.Context) -> Settings:
    """Return the settings that the command runs with."""
    settings: Settings = ctx.find_object(Settings) or _missing()
    return settings


def _missing() -> NoReturn:
    message = "The command was started without settings."
    raise RuntimeError(message)


def _end(sentence: str, code: int) -> NoReturn:
    click.echo(sentence, err=True)
    sys.exit(code)
