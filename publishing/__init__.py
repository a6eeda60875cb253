"""Plans on paper, phone and map."""
