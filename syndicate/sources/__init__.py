"""Where news comes from: places we watch, and the articles found there."""
