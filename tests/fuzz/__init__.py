"""What no publication sends: broken feeds and pages, made up by the thousand."""
