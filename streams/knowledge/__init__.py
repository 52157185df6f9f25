"""What Tocsin knows of materials, places and shares: data files and their loader."""
