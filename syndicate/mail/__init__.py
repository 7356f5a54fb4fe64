"""The newsletter wing: articles → editions → inboxes."""
