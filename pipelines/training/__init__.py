"""The recipe that made the bundled checkpoints. Nothing heavy is imported until a command asks for it."""
