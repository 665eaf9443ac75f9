"""`python -m autoglm_agent`: the command, where the script `autoglm` is not on the path."""

from autoglm_agent.cli.main import main

if __name__ == "__main__":
    main()
