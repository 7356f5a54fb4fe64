"""The faces: pages for editors and for readers. Nobody imports them."""
