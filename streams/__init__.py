"""What happens to a thing: pure stages, the ports they need, one runner and its drivers."""
