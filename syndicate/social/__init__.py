"""The social wing: articles → posts → permalinks."""
