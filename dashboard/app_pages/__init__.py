"""The pages, one per file. Each is a script that Streamlit runs top to bottom: read, ask one question, draw."""
