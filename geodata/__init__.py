"""Where families and streets are: registers, boundaries, networks, places."""
