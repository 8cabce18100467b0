"""The subcommands of `frontdesk`, one file per group; `frontdesk.cli` puts them together."""
