"""Calls into us: hubs, sites and their plugins say that something is new."""
