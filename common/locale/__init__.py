"""Translation catalogues: Indonesian is the source language."""
