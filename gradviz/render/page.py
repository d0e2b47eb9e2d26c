"""A story as HTML that needs nothing else: an output of a notebook, or a page of its own."""

from __future__ import annotations

import hashlib
import html
import re

from gradviz.render.bundle import bundle, kinds_of
from gradviz.render.measure import clean
from gradviz.render.payload import encode, payload
from gradviz.render.still import still_svg
from gradviz.render.text import transcript
from gradviz.stories.story import Story

_SIZE = re.compile(r'width="([\d.]+)(?:p[tx])?" height="([\d.]+)(?:p[tx])?"')
_TAG, _VALUE = re.compile(r"<[^<>]*>"), re.compile('="([^"\']*)"')
_IN_ADDRESS = str.maketrans({sign: f"%{ord(sign):02X}" for sign in '%#<>"&\n'})
_PAGE = """\
<!doctype html>
<html lang="{lang}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width,initial-scale=1">
<title>{title}</title>
<meta name="description" content="{description}">
<meta name="generator" content="gradviz">
<meta name="color-scheme" content="light dark">
<link rel="icon" href="data:,">
<style>
body{{margin:16px auto;padding:0 16px;max-width:920px;background:#fff;color:#1f2328;
font:14px/20px system-ui,sans-serif}}
h1{{font-size:20px;line-height:28px;margin:0 0 12px}}
details{{margin:16px 0}}
pre{{white-space:pre-wrap;overflow-wrap:anywhere;
font:12.5px/20px ui-monospace,Menlo,Consolas,monospace}}
@media (max-width:480px){{body{{margin:8px auto;padding:0 8px}}}}
@media screen and (prefers-color-scheme:dark){{body{{background:#111;color:#e8eaed}}}}
@media print{{details{{display:none}}}}
</style>
</head>
<body>
<main>
<h1>{title}</h1>
{output}
<details>
<summary>{summary}</summary>
<pre>{words}</pre>
</details>
</main>
</body>
</html>
"""
SUMMARY = "The same in words"


def output_html(story: Story) -> str:
    """What a notebook shows: the player in a shadow root, and a picture where it may not run.

    JupyterLab takes the style and the script out of an untrusted notebook; then nothing hides the
    picture. Copies of one output share their code, each finds its own host.
    """
    data = payload(story)
    code = bundle(kinds_of(data))
    encoded = encode(data)
    root = hashlib.sha256((code + encoded).encode()).hexdigest()[:10]
    hidden = f'<style>[data-still="{root}"]{{display:none}}</style>'
    shown = f'<style>[data-still="{root}"]{{display:block!important}}</style>'
    drawn = still_svg(story, whole=False)
    return (
        f"<div>{hidden}<noscript>{shown}</noscript>{image_html(story, drawn, root)}"
        f'<div data-gradviz="{root}"></div></div>\n'
        f'<script type="module">\n{_inert(code)}fill("{root}",{encoded});\n</script>'
    )


def image_html(story: Story, drawn: str, root: str = "") -> str:
    """An SVG as an image, which no script or style of a page can touch."""
    size = _SIZE.search(drawn)
    wide, high = (round(float(length)) for length in size.groups()) if size else (376, 300)
    # One that waits until it is seen costs the first paint nothing where it is hidden.
    name = f' data-still="{root}" loading="lazy"' if root else ""
    return (
        f'<img{name} alt="{_attribute(story.alt or story.title)}" width="{wide}" '
        f'height="{high}" style="max-width:100%;height:auto" '
        f'src="{picture_address(drawn)}">'
    )


def picture_address(drawn: str) -> str:
    """An SVG as an address of its own, readable and a quarter shorter than in base 64.

    >>> picture_address('<path d="M0 0" fill="#fff"/>')
    "data:image/svg+xml,%3Cpath d='M0 0' fill='%23fff'/%3E"
    """
    quoted = _TAG.sub(lambda tag: _VALUE.sub(r"='\1'", tag.group()), drawn)
    return "data:image/svg+xml," + quoted.translate(_IN_ADDRESS)


def _inert(code: str) -> str:
    """Text that cannot end the script it stands in: JavaScript reads the same."""
    return code.replace("</", "<\\/").replace("<!--", "<\\!--")


def _attribute(text: str) -> str:
    return html.escape(clean(text), quote=True)


def whole_page(story: Story, *, lang: str = "en", output: str | None = None) -> str:
    """A page that plays the story from anywhere, a disk too, and asks no other for anything.

    What the story says stands in it as text, for search engines and screen readers.
    """
    words = transcript(story)
    description = story.alt or next((line for line in words.splitlines()[1:] if line), "")
    return _PAGE.format(
        lang=_attribute(lang),
        title=_attribute(story.title),
        description=_attribute(description[:300]),
        output=output_html(story) if output is None else output,
        summary=SUMMARY,
        words=html.escape(words, quote=False),
    )
