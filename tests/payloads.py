"""Texts that would run a script or call another host, if anything took them for more than text."""

from __future__ import annotations

CANARY = "canary.example"
"""A host that nothing may ask for anything."""

RUN = "window.ran=1"
"""What a payload does where it runs: a test looks for the name on every page."""

_HERE = RUN.removeprefix("window.")

PAYLOADS = {
    "script": f"<script>{RUN}</script><script src=//{CANARY}/s.js></script>",
    "image": f'<img src=x onerror="{RUN}"><img src="http://{CANARY}/i.png">',
    "svg": f'<svg onload="{RUN}"><image href="http://{CANARY}/i.svg"/></svg>',
    "link": f'<a href="javascript:{RUN}" autofocus onfocus="{RUN}">a</a> [a](javascript:{RUN})',
    "markdown": f"![a](http://{CANARY}/m.png) [![b](http://{CANARY}/n.png)](http://{CANARY}/) <http://{CANARY}/auto>",
    "iframe": f"<iframe src='http://{CANARY}/f' srcdoc='<script>parent.{_HERE}</script>'></iframe>",
    "style": f"</style><style>@import url(http://{CANARY}/s.css);*{{background:url(http://{CANARY}/b.png)}}</style>",
    "vega": f"datum.x+signal('y') {{\"signal\":\"url\"}} {{\"expr\":\"1\"}} ']+constructor.constructor('{RUN}')()+['",
    "entities": f"&lt;img src=x onerror={RUN}&gt; &#60;script&#62;{RUN}&#60;/script&#62; &amp;quot; &NewLine;",
    "template": f"{{{{7*7}}}} {{% include 'x' %}} ${{{RUN}}} <%= 7 %> {{{{constructor.constructor('{RUN}')()}}}} `${{{RUN}}}`",
    "direction": "\u202egnp.exe\u202c \u2066left\u2069 \u200fright \u200bzero \ufeffmark \u2028line",
    "unclosed": f"\"'><b><i <table><td></textarea></title></code></pre></svg></style><!-- <![CDATA[ <p onmouseover={RUN} ",
    "data": f"<object data='data:text/html,<script>parent.{_HERE}</script>'></object><embed src=//{CANARY}/e>",
    "latex": f"$$\\href{{javascript:{RUN}}}{{x}} \\includegraphics{{http://{CANARY}/t.png}}$$ $\\htmlData{{a=b}}{{y}}$",
    "directives": f":red[a] :material/face: :streamlit: **b** :small[http://{CANARY}/d] www.{CANARY}",
    "head": f"<base href=//{CANARY}/><meta http-equiv=refresh content='0;url=//{CANARY}/'><link rel=icon href=//{CANARY}/l>",
}  # fmt: skip
"""By what they are."""
