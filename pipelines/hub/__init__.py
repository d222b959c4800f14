"""The Hugging Face hub: its protocol, its cache on this disk, and files on their way from one to the other."""
