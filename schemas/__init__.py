"""What a thing is: frozen models that cross a wire. No I/O; imports nothing of ours but itself."""
