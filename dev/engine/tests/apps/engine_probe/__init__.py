"""An app that hangs something on every kind of hook, to see that the engine calls it. Only the engine's tests install it."""

__version__ = "1.2.3"
