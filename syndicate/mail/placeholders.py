"""What stands in a rendered edition where readers differ.

Links are URL-shaped, because the inliner rewrites what does not look like an address. None is the
beginning of another.
"""

# No article may bring this along (mail.contents removes it): in an article's own link, it would
# carry a reader's unsubscribe address to another host.
MARK = "syndicate0slot"

PLACEHOLDERS = {
    "name": f"{MARK}_name_0",
    "email": f"{MARK}_email_0",
    "unsubscribe_url": f"https://placeholder.invalid/{MARK}_unsubscribe_0",
    "preferences_url": f"https://placeholder.invalid/{MARK}_preferences_0",
    "view_url": f"https://placeholder.invalid/{MARK}_view_0",
}

NAME = PLACEHOLDERS["name"]
