"""The clients under test, each wrapped to yield the events it received."""
