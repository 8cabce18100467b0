"""`python -m frontdesk` is `frontdesk`."""

import sys

__all__ = ["main"]


def main() -> None:
    """The entry point. `read --jsonl` goes straight to its reader: a command line takes longer to set up."""
    if sys.argv[1:] == ["read", "--jsonl"]:
        from frontdesk.commands.read_lines import read_lines

        sys.exit(read_lines())
    from frontdesk.cli import main as command_line

    command_line()


if __name__ == "__main__":
    main()
