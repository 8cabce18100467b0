"""Print where Frontdesk's CPU goes: `python3 bench/profile.py accept`, or `drain`; `--help` tells more."""

from run import become

if __name__ == "__main__":
    become("bench.where")
