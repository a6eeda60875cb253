"""``python -m cli`` is the same as ``sambangi``."""

from cli.main import run

if __name__ == "__main__":
    run()
