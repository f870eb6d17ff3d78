"""`python -m g4qc_pipelines.cli` is the command `g4qc`."""

from g4qc_pipelines.cli.root import main

if __name__ == "__main__":
    main()
