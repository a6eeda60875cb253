"""The ``sambangi`` command: ask and show."""
