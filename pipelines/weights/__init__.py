"""A checkpoint on disk: what its folder holds, read without torch, and the hashes that name it."""
