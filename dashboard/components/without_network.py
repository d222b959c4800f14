"""How a full-size checkpoint comes to a machine that has no network."""

from __future__ import annotations

import streamlit as st

from pipelines.settings import Settings

_FILES = "config.json  model.safetensors  tokenizer.json  tokenizer_config.json"


def show_without_network(settings: Settings) -> None:
    """The two steps: a folder that is copied, and a variable that names it."""
    with st.expander("Without network", icon=":material/folder_copy:"):
        st.markdown(
            "1. On a machine that has the checkpoint, copy its four files into a folder named as the checkpoint, for example "
            "`bert-base-uncased`.\n"
            "2. Put that folder into one folder for all checkpoints, and name the latter when you start Maskboard."
        )
        st.code(
            f"/srv/models/bert-base-uncased/   {_FILES}\n\nMASKBOARD_MODELS_DIR=/srv/models streamlit run",
            language=None,
            wrap_lines=True,
        )
        if settings.models_dir is None:
            st.caption("MASKBOARD_MODELS_DIR is not set now.")
        else:
            st.caption("MASKBOARD_MODELS_DIR is set now, to:")
            st.code(str(settings.models_dir), language=None, wrap_lines=True)
        st.caption(
            "The hub's own cache is looked at too: a checkpoint that another tool has downloaded here is found by itself."
        )
