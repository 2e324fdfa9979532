"""`python -m postflight` is `postflight`."""

from .cli import main

main()
