"""What `streamlit run app.py` starts: the server, and at every run of the start page this file again."""

import streamlit as st

from ui import server

if __name__ == "__main__":
    # Not at the top: pages have caches, which want a server that has begun.
    from ui import start

    start.draw()
else:
    app = st.App(__file__, middleware=server.middleware(), lifespan=server.lifespan)
