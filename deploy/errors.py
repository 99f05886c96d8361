"""What can go wrong in the composition root.

DeployError                     one finished sentence and what to do next; ends the command with code 1
├── UserMistakeError            the command was given something it cannot use; ends it with code 2
│   ├── SettingsError           a setting has a value that it cannot have
│   └── RefusedError            the engine would not make portraits from these photos
├── MissingPartError            a library or file that this command needs is not installed
├── UnusableError               a database, object store or Redis that is set does not let itself be opened
└── PreparingError              the process that prepares a start has failed; it has said why
"""


class DeployError(Exception):
    """A finished sentence for the person at the terminal, and what to do next."""

    exit_code = 1


class UserMistakeError(DeployError):
    """The command was given something that it cannot use."""

    exit_code = 2


class SettingsError(UserMistakeError):
    """A setting has a value that it cannot have.

    `name` is the environment variable.
    """

    def __init__(self, name: str, value: str, wanted: str) -> None:
        super().__init__(f"{name} is {value!r}. Set it to {wanted}.")
        self.name = name


class MissingPartError(DeployError):
    """A library or file that this command needs is not installed.

    `extra` is the extra of pyproject.toml that brings it.
    """

    def __init__(self, what: str, extra: str) -> None:
        super().__init__(f"{what} is not installed. Install it with: pip install 'limner[{extra}]'.")
        self.extra = extra


class RefusedError(UserMistakeError):
    """The engine would not make portraits from these photos."""


class UnusableError(DeployError):
    """A database, object store or Redis that is set does not let itself be opened.

    `name` is the environment variable. Its value is not repeated: it may hold a password.
    """

    def __init__(self, name: str, error: Exception) -> None:
        why = str(error).partition("\n")[0].rstrip(".")
        super().__init__(
            f"What {name} names cannot be opened: {why}. Check that it is right, and that its server runs."
        )
        self.name = name


class PreparingError(DeployError):
    """The process that prepares a start has failed; the message is what it said, the exit code is its own."""

    def __init__(self, said: str, exit_code: int) -> None:
        super().__init__(said or "The start could not be prepared.")
        self.exit_code = exit_code
