"""What the garbage collector looks at. Streamlit has it look at everything after every run of a script."""

from __future__ import annotations

import gc


def pass_over_what_is_alive() -> None:
    """Let the garbage collector look no more at what is alive now. Any thread may call it.

    Once three checkpoints are loaded there are 450,000 objects, most of them of the model libraries, which stay: a look at all
    takes 0.29 s, and no other thread runs meanwhile. What was passed over before and has become garbage is collected first.
    """
    gc.unfreeze()
    gc.collect()
    gc.freeze()
