"""The ground floor: knows no model and no wing."""
