"""The real servers on one machine, without containers: for tests, and for a distributed Tocsin on a desk."""
