"""Where the frozen app begins; from source this is ``python -m judge_app``."""

from judge_app.__main__ import main

main()
