"""One file a client library: the ports as real stores and services provide them."""
