"""Who needs a visit, who goes, on which day."""
