"""In which order and when: stops and vehicles, never families."""
