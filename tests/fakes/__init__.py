"""Servers on loopback that stand in for the world; each can misbehave on purpose."""
