"""What the pages share; the only layer between them and the library that knows Streamlit."""
