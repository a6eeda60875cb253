"""Entry of the ``sambangi`` command."""
