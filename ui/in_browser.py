"""What every page has run in the browser: for servers that come back, for texts, and for other pages.

One element holds it all, since each costs the browser at every edit. Nothing of a user's may get in.
"""

from pathlib import Path
from typing import Final

import streamlit as st

SMALL: Final = (
    "ButtonGroup",
    "Checkbox",
    "DataFrame",
    "DateInput",
    "DownloadButton",
    "FileUploader",
    "ImageList",
    "Multiselect",
    "NumberInput",
    "Pagination",
    "Progress",
    "Radio",
    "Selectbox",
    "Slider",
    "Table",
    "TextArea",
    "TextInput",
)
LARGE: Final = ("PlotlyChart", "DeckGlJsonChart", "StreamlitSyntaxHighlighter")
"""Files of Streamlit's that a page fetches for its first such element: figure, map, text to copy."""

LIVE: Final = "live_"  # how keys begin of what is around an area that is saved as one types
PAUSE: Final = 500  # milliseconds without a letter: between two thoughts, not between two words

_HELD: Final = 100  # milliseconds that a link waits for what was typed just before
_STILL: Final = 1500  # milliseconds without a hand on anything: somebody reads

# The key that Streamlit's areas take a text at, pressed for whoever pauses. Not while letters are being
# composed, and not before an area that was switched off, its server away, is on again. It stays when the
# page is drawn anew, and stands still where no area is `LIVE`.
#
# A link that is pressed while a field holds something new leaves that field and leads away at once. At a
# quick press, or a touch, Streamlit 1.67 sends the new page first and then the field's text with the old
# page, which stays. So the press waits until the text has gone.
_TAKEN_AS_ONE_TYPES: Final = f"""
if (!window.icpSavesAsOneTypes) {{
  window.icpSavesAsOneTypes = true;
  const waiting = new WeakMap();
  const take = (area) => {{
    if (area.disabled && area.isConnected) wait(area);
    else area.dispatchEvent(
      new KeyboardEvent("keydown", {{key: "Enter", ctrlKey: true, bubbles: true, cancelable: true}}));
  }};
  const wait = (area) => waiting.set(area, setTimeout(take, {PAUSE}, area));
  const typed = ({{type, target, isComposing}}) => {{
    if (!(target instanceof HTMLTextAreaElement && target.closest("[class*=st-key-{LIVE}]"))) return;
    clearTimeout(waiting.get(target));
    if (type === "compositionend" || (type === "input" && !isComposing)) wait(target);
  }};
  for (const type of ["input", "compositionstart", "compositionend"])
    document.addEventListener(type, typed);
  let written = null, left = -Infinity;
  document.addEventListener("input", ({{target}}) => {{ written = target; }}, true);
  document.addEventListener("focusout", ({{target, timeStamp}}) => {{
    if (target === written) [written, left] = [null, timeStamp];
  }}, true);
  document.addEventListener("click", (event) => {{
    const link = event.target.closest("a[href]");
    const isPlain = !event.ctrlKey && !event.metaKey && !event.shiftKey && !event.altKey;
    if (!link || !event.isTrusted || !isPlain || event.timeStamp - left > {_HELD}) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    const again = () => link.isConnected ? link :
      [...document.links].find(({{pathname}}) => pathname === link.pathname);
    setTimeout(() => again()?.click(), {_HELD});
  }}, true);
}}
"""

# A server that was started again, or that gave up a sleeping computer, knows nothing of the page that is
# open, and Streamlit 1.67 drops each click on a part of it without a word. So the whole page is asked
# for as soon as the server is there again, by the key at which Streamlit reruns a page.
_ASKED_AGAIN: Final = """
if (!window.icpAsksAgain) {
  window.icpAsksAgain = true;
  const press = (type) => document.body.dispatchEvent(
    new KeyboardEvent(type, {key: "r", code: "KeyR", keyCode: 82, bubbles: true}));
  const state = "data-test-connection-state";
  let wasAway = false;
  new MutationObserver(() => {
    const isThere = document.querySelector(`[${state}]`)?.getAttribute(state) === "CONNECTED";
    if (isThere && wasAway) ["keydown", "keyup"].forEach(press);
    wasAway = !isThere;
  }).observe(document.body, {subtree: true, attributeFilter: [state]});
}
"""

# To make ready a file of Streamlit's for figures or maps takes a browser up to a second, which the first
# page with one waits for. Here it is done one after the other, while nobody touches anything.
_MADE_READY: Final = """
if (!window.icpMakesReady && !navigator.connection?.saveData) {
  window.icpMakesReady = true;
  const files = FILES, app = document.querySelector("script[type=module][src]")?.src;
  let touched = performance.now();
  for (const type of ["pointermove", "pointerdown", "keydown", "wheel"])
    addEventListener(type, () => { touched = performance.now(); }, {capture: true, passive: true});
  const isStill = () => !document.hidden && performance.now() - touched > STILL
    && document.querySelector('[data-test-script-state="notRunning"]')
    && !document.querySelector("[data-testid=stSkeleton]");
  const next = () => {
    if (!isStill()) setTimeout(next, STILL / 3);
    else if (app && files.length)
      Promise.allSettled(files.shift().map((file) => import(new URL(file, app))))
        .then(() => setTimeout(next, STILL / 3));
  };
  next();
}
"""


def files() -> list[list[str]]:
    """Names of `SMALL` and then each of `LARGE`, as the installed Streamlit has them beside its own."""
    folder = Path(st.__file__).parent / "static" / "static" / "js"
    groups = [SMALL, *((name,) for name in LARGE)]
    return [
        [path.name for name in group for path in folder.glob(f"{name}.*.js")] for group in groups
    ]


_FOR_EVERY_PAGE: Final = (
    "<i hidden></i><script>"
    + _TAKEN_AS_ONE_TYPES
    + _ASKED_AGAIN
    + _MADE_READY.replace("FILES", str(files())).replace("STILL", str(_STILL))
    + "</script>"
)


def run() -> None:
    """Have the browser do it; once a page, in the same place."""
    st.html(_FOR_EVERY_PAGE, unsafe_allow_javascript=True)
