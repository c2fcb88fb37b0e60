"""Commands that take a QUERY of many words, unquoted where the shell allows it."""

from __future__ import annotations

import click


class QueryCommand(click.Command):
    """A command whose unknown options are words of its QUERY: `creators search -topic:gambling er:3..`.

    Only a single dash reads as a negation. Words with two dashes stay options, and one dash before an option's name is
    an error that says so, because `-limit` is more likely a slip than a search for what lacks the word.
    """

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        takes_value = {name: _takes_value(each) for each in self.get_params(ctx) for name in each.opts}
        options: list[str] = []
        words: list[str] = []
        rest = iter(args)
        for word in rest:
            if word == "--":
                words += rest
            elif word.partition("=")[0] in takes_value:
                options.append(word)
                if takes_value[word.partition("=")[0]] and "=" not in word:
                    options += [value for value in [next(rest, None)] if value is not None]
            elif word.startswith("--") and len(word) > 2:
                options.append(word)
            elif word.startswith("-") and f"-{word}" in takes_value:
                raise click.NoSuchOption(word, possibilities=[f"-{word}"], ctx=ctx)
            else:
                words.append(word)
        return super().parse_args(ctx, [*options, "--", *words])


def _takes_value(parameter: click.Parameter) -> bool:
    return isinstance(parameter, click.Option) and not parameter.is_flag and not parameter.count
