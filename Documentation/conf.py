# SPDX-License-Identifier: GPL-2.0-only
"""Sphinx configuration; `make docs` builds the HTML into build/docs/html.

The API reference comes from the comments in the sources: before reading, the
kernel's own scripts/kernel-doc (part of Debian's linux-headers) writes them to
build/docs/api.rst, which api.rst includes. Without that script the page says
so in one line.
"""
import glob
import pathlib
import re
import subprocess

ROOT = pathlib.Path(__file__).resolve().parent.parent
API = ROOT / "build/docs/api.rst"
HEADERS = ["include/rtalloc/rtalloc.h", "include/rtalloc/heap4.h",
           "include/rtalloc/cleanup.h", "include/rtalloc/abi.h",
           "include/rtalloc/pbuf.h"]
SOURCES = ["core/region.c", "core/heap.c", "core/entry.c", "core/slow.c", "core/block.c",
           "core/stats.c", "net/pbuf.c",
           "net/pbuf_alloc.c", "net/pbuf_data.c"]

project = "rtalloc"
copyright = "the rtalloc authors, GPL-2.0-only"
release = re.search(r'RTALLOC_VERSION\s+"(.*?)"',
                    (ROOT / "include/rtalloc/abi.h").read_text())[1]
version = release
html_theme = "alabaster"
# Tables are as wide as the text that they hold: tools/docs-width looks at 1280.
html_theme_options = {"page_width": "1260px", "sidebar_width": "220px",
                      "body_max_width": "1000px"}
html_show_sourcelink = False
html_copy_source = False
primary_domain = "c"
c_id_attributes = ["__malloc", "__must_check"]


def kernel_doc_script():
    found = sorted(glob.glob("/usr/src/linux-headers-*/scripts/kernel-doc"))
    return found[-1] if found else None


def kernel_doc(script, *arguments):
    run = subprocess.run(
        ["perl", script, "-rst", "-sphinx-version", "3.0", *arguments],
        cwd=ROOT, check=True, capture_output=True, text=True)
    return run.stdout


def api_text():
    script = kernel_doc_script()
    if script is None:
        return "Built without kernel-doc: see the comments in the sources.\n"
    text = "Functions\n---------\n\n"
    text += kernel_doc(script, "-export", *SOURCES)
    text += kernel_doc(script, "-function", "rtalloc_zalloc", HEADERS[0])
    text += "\nStructures and constants\n------------------------\n\n"
    text += kernel_doc(script, "-no-doc-sections", "-nosymbol",
                       "rtalloc_zalloc", *HEADERS)
    return text


def write_api(app):
    API.parent.mkdir(parents=True, exist_ok=True)
    API.write_text(api_text())


def setup(app):
    app.connect("builder-inited", write_api)
