"""Shell completion: `influtui completion bash` prints the script that a shell reads at its start."""

from __future__ import annotations

import click
from click.shell_completion import get_completion_class

from influtui.model.failures import WrongUsage

PROGRAM = "influtui"
VARIABLE = "_INFLUTUI_COMPLETE"


@click.command()
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
def completion(shell: str) -> None:
    """Print the completion script for a shell.

    bash: eval "$(influtui completion bash)"     zsh: the same in ~/.zshrc     fish: influtui completion fish | source
    """
    made = get_completion_class(shell)
    if made is None:
        raise WrongUsage(f"there is no completion for {shell}", hint="bash, zsh and fish have one.")
    from influtui.cli.main import influtui

    click.echo(made(influtui, {}, PROGRAM, VARIABLE).source())
