# SPDX-License-Identifier: GPL-2.0-only
"""Sphinx configuration; `make docs` builds the HTML into build/docs/html.

The references come from the comments in the sources: before reading, the
kernel's own scripts/kernel-doc (part of Debian's linux-headers) writes them to
build/docs/api.rst and build/docs/porting-api.rst, which the pages of these names
include. Without that script they say so in one line.
"""
import glob
import pathlib
import re
import subprocess

ROOT = pathlib.Path(__file__).resolve().parent.parent
TEXTS = ROOT / "build/docs"
HEADERS = ["include/rtalloc/rtalloc.h", "include/rtalloc/heap4.h",
           "include/rtalloc/cleanup.h", "include/rtalloc/abi.h",
           "include/rtalloc/pbuf.h"]
SOURCES = ["core/region.c", "core/heap.c", "core/entry.c", "core/slow.c", "core/block.c",
           "core/stats.c", "net/pbuf.c",
           "net/pbuf_alloc.c", "net/pbuf_data.c"]
# What a driver of each original calls: headers, and where functions are defined.
PORTS = {
    "FreeRTOS": (["freertos_ipc.h", "freertos_tasks.h", "freertos_notify.h",
                  "freertos_queues.h", "freertos_sets.h", "freertos_events.h",
                  "freertos_stream.h", "freertos_timers.h", "freertos_types.h", "freertos.h"], ["freertos.c"]),
    "RT-Thread": (["rtthread_ipc.h", "rtthread_mutex.h", "rtthread_control.h",
                   "rtthread_mq.h", "rtthread_timer.h", "rtthread_atomic.h",
                   "rtthread_types.h", "rtthread_def.h", "rtthread.h"],
                  ["rtthread.c", "rtthread_mem.c", "rtthread_mp.c", "rtthread_ipc.c",
                   "rtthread_mq.c", "rtthread_timer.c"]),
    "SylixOS": (["sylixos_threads.h", "sylixos_ipc.h", "sylixos_regions.h",
                 "sylixos_status.h", "sylixos_types.h", "sylixos.h"], ["sylixos.c"]),
    "lwIP": (["lwip.h", "lwip_options.h", "lwip_pbufs.h", "lwip_types.h",
              "lwip_sys.h", "lwip_netif.h"],
             ["lwip.c", "lwip_sys.c", "netif.c"]),
    "TLSF": (["tlsf.h"], ["tlsf.c"]),
}

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
c_id_attributes = ["__malloc", "__must_check", "rt_inline", "LW_INLINE"]


def kernel_doc_script():
    found = sorted(glob.glob("/usr/src/linux-headers-*/scripts/kernel-doc"))
    return found[-1] if found else None


def kernel_doc(script, *arguments):
    run = subprocess.run(
        ["perl", script, "-rst", "-sphinx-version", "3.0", *arguments],
        cwd=ROOT, check=True, capture_output=True, text=True)
    return run.stdout


def api_text(script):
    text = "Functions\n---------\n\n"
    text += kernel_doc(script, "-export", *SOURCES)
    text += kernel_doc(script, "-function", "rtalloc_zalloc", HEADERS[0])
    text += "\nStructures and constants\n------------------------\n\n"
    text += kernel_doc(script, "-no-doc-sections", "-nosymbol",
                       "rtalloc_zalloc", *HEADERS)
    return text


def port_text(script):
    text = ""
    for name, (headers, sources) in PORTS.items():
        text += f"\n{name}\n{'-' * len(name)}\n\n"
        text += kernel_doc(script, *(f"include/rtalloc/port/{h}" for h in headers))
        text += kernel_doc(script, "-export", *(f"port/{s}" for s in sources))
    return text


def write_references(app):
    script = kernel_doc_script()
    TEXTS.mkdir(parents=True, exist_ok=True)
    for name, text in ("api", api_text), ("porting-api", port_text):
        (TEXTS / f"{name}.rst").write_text(
            text(script) if script else
            "Built without kernel-doc: see the comments in the sources.\n")


def setup(app):
    app.connect("builder-inited", write_references)
