"""The commands, by what people come to do."""
