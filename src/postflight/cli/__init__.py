"""The command line: arguments in, exit code out. Commands live in this folder's modules and are imported only when they are run."""

from __future__ import annotations

import gc
import importlib
import os
import sys
from collections.abc import Callable
from typing import Any

import click

from .. import __version__
from ..errors import Exit, PostflightError

# Command, module, and its one-line help: said here so that `--help` imports nothing else.
_COMMANDS: dict[str, tuple[str, str]] = {
    "demo": ("demo", "See it work: a simulated product, its release, and the report."),
    "init": ("plans", "Write a first plan."),
    "check": ("plans", "Is the plan right, and can every source answer it?"),
    "deploy": ("deployments", "Tell Postflight what went live."),
    "release": ("deployments", "Tell Postflight what a release promised."),
    "observe": ("reports", "Record today's state of everything that has no memory of its own."),
    "report": ("reports", "Did it work? Measure, judge, keep and print."),
    "gate": ("reports", "For CI: exit 0 pass, 1 fail, 3 cannot tell."),
    "explain": ("reports", "Why a KPI stands where it stands."),
    "history": ("reports", "Earlier verdicts."),
    "score": ("scores", "Score a dictionary of values, or lines of them."),
    "record": ("records", "Put down a value that a person vouches for."),
    "annotate": ("records", "Note something that happened."),
    "signoff": ("records", "Sign a milestone item that no system can compute."),
    "baseline": ("records", "What deployments are compared with."),
}


class _Lazy(click.Group):
    """Imports a command's module when the command is called."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in _COMMANDS:
            return None
        module = importlib.import_module(f".{_COMMANDS[cmd_name][0]}", __package__)
        command: click.Command = getattr(module, cmd_name)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, text) for name, (_, text) in _COMMANDS.items()])

    def resolve_command(self, ctx: click.Context, args: list[str]) -> tuple[str | None, click.Command | None, list[str]]:
        try:
            return super().resolve_command(ctx, args)
        except click.UsageError as error:
            import difflib

            near = difflib.get_close_matches(args[0], _COMMANDS, 1)
            raise click.UsageError(f"{error.message} Did you mean {near[0]!r}?" if near else error.message, ctx) from None


@click.group(cls=_Lazy, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, prog_name="postflight")
@click.option(
    "--plan",
    "plan_path",
    metavar="PATH",
    envvar="POSTFLIGHT_PLAN",
    help="The plan: a folder, or its plan.yml.  [env: POSTFLIGHT_PLAN; default: here]",
)
@click.option(
    "--bindings",
    metavar="NAME",
    envvar="POSTFLIGHT_BINDINGS",
    default="",
    help="Other connections for the same KPIs: bindings/NAME.yml of the plan.  [env: POSTFLIGHT_BINDINGS]",
)
@click.option(
    "--store",
    metavar="PLACE",
    envvar="POSTFLIGHT_STORE",
    help="A folder, or postgresql://…  [env: POSTFLIGHT_STORE; default: .postflight beside the plan]",
)
@click.pass_context
def root(ctx: click.Context, plan_path: str | None, bindings: str, store: str | None) -> None:
    """Postflight tells you whether a deployment succeeded.

    A plan names the KPIs; Postflight measures them from your systems, judges them, and says so. Start with `postflight demo`.
    """
    from .session import Session

    ctx.obj = Session(plan_path, bindings, store)


def main() -> None:
    """The `postflight` command. Every error we know ends in a message and its exit code; only a defect of ours prints a traceback."""
    gc.disable()  # a command lives for a second, and looking for garbage would cost it a tenth of that
    sys.exit(run(root, None))


def run(command: Callable[..., Any], args: list[str] | None) -> int:
    """Run a command and return its exit code. Usage errors exit 2 as contract 5 has it; so does what click itself refuses."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")
    try:
        result = command(args=args, standalone_mode=False, prog_name="postflight")
        sys.stdout.flush()
        return int(result) if isinstance(result, int) else Exit.PASS
    except PostflightError as error:
        click.echo(str(error), err=True)
        return error.exit_code
    except click.ClickException as error:
        error.show()
        return Exit.USAGE
    except click.exceptions.Abort:
        click.echo("stopped", err=True)
        return 130
    except click.exceptions.Exit as error:
        return error.exit_code
    except BrokenPipeError:  # the reader has seen enough
        sys.stdout = open(os.devnull, "w")  # noqa: SIM115 - so that the interpreter has nothing left to flush
        return Exit.PASS
    except OSError as error:
        sys.stdout = open(os.devnull, "w")  # noqa: SIM115
        click.echo(f"cannot write or read: {error.strerror or type(error).__name__}", err=True)
        return Exit.NOT_DELIVERED
