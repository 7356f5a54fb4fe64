"""Who runs a job, and what is remembered when one fails."""
