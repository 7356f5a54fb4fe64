"""The main job on one machine: a publication, an inbox, a timeline, and syndicate between them."""
