"""What is listened to: the catalogue of sources, how each is fetched, and what is kept of how that goes."""
