"""`python -m ekograph` is the command `ekograph`."""

from ekograph.cli import main

main()
