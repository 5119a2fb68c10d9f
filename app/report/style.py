"""The look of a report, in light and dark, and the little that its page does."""

from __future__ import annotations

import base64
import hashlib

_LIGHT = """
--canvas:#F5F6FA; --grid:#E1E5EE; --surface:#FFFFFF; --raised:#FBFCFE; --border:#D5DAE4; --strong:#AEB7C6;
--text:#1F2733; --soft:#586374; --accent:#2F62E0; --ground:#E8EEFD; --wire:#9BA8B9;
--waiting:#8A94A3; --running:#2F62E0; --succeeded:#1B7F4F; --cached:#0B7A7A; --failed:#BF2D43; --skipped:#6F7886;
--warned:#A46209; --serial:#5F6B7A; --threads:#6B4FCB; --processes:#0B7A7A; --ipython:#B5560F;"""
_DARK = """
--canvas:#16181D; --grid:#252930; --surface:#21242B; --raised:#292D35; --border:#363B46; --strong:#515866;
--text:#E8EBF1; --soft:#A0AAB9; --accent:#7AA0FF; --ground:#263352; --wire:#5D6878;
--waiting:#7C8797; --running:#7AA0FF; --succeeded:#4CC38A; --cached:#3CC4C4; --failed:#FF7A8A; --skipped:#8B95A4;
--warned:#E0A84A; --serial:#A0AAB9; --threads:#AE9BFF; --processes:#3CC4C4; --ipython:#FFA45C;"""

STYLE = f"""
:root {{ color-scheme: light; {_LIGHT} }}
:root[data-theme=dark] {{ color-scheme: dark; {_DARK} }}
@media (prefers-color-scheme: dark) {{ :root:not([data-theme=light]) {{ color-scheme: dark; {_DARK} }} }}
* {{ box-sizing: border-box; }}
body {{ margin: 0; background: var(--canvas); color: var(--text);
  font: 14px/1.5 system-ui, "Segoe UI", Roboto, "Helvetica Neue", "Noto Sans", sans-serif; }}
main {{ max-width: 1280px; margin: 0 auto; padding: 24px 24px 64px; }}
h1 {{ font-size: 22px; font-weight: 650; margin: 0; line-height: 1.25; overflow-wrap: anywhere; }}
h2 {{ font-size: 15px; font-weight: 650; margin: 0 0 12px; }}
section, header {{ background: var(--surface); border: 1px solid var(--border); border-radius: 8px; padding: 16px 20px;
  margin: 0 0 16px; }}
header {{ padding: 20px; }}
.top {{ display: flex; gap: 12px; align-items: center; flex-wrap: wrap; }}
.top h1 {{ flex: 1 1 320px; }}
.id, .note {{ color: var(--soft); margin: 4px 0 12px; overflow-wrap: anywhere; }}
section > .note {{ margin: -8px 0 12px; }}
.facts {{ display: grid; grid-template-columns: repeat(auto-fill, minmax(150px, 1fr)); gap: 12px 20px;
  margin: 16px 0 0; }}
.facts dt {{ color: var(--soft); font-size: 12px; }}
.facts dd {{ margin: 0; font-size: 16px; font-variant-numeric: tabular-nums; overflow-wrap: anywhere; }}
.pill {{ display: inline-block; padding: 0 8px; border: 1px solid currentColor; border-radius: 12px; font-size: 12px;
  line-height: 20px; white-space: nowrap; color: var(--soft); }}
.top .pill {{ font-size: 14px; line-height: 26px; border-radius: 14px; padding: 0 12px; }}
button, input {{ font: inherit; color: inherit; background: var(--raised); border: 1px solid var(--border);
  border-radius: 6px; padding: 3px 10px; }}
button:hover {{ border-color: var(--strong); }}
:focus-visible {{ outline: 2px solid var(--accent); outline-offset: 1px; }}
input[type=search] {{ width: 280px; max-width: 100%; margin-bottom: 12px; }}
.scroll {{ overflow-x: auto; }}
table {{ border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; }}
th {{ text-align: left; font-weight: 500; font-size: 12px; color: var(--soft); white-space: nowrap; }}
th, td {{ padding: 4px 12px 4px 0; border-bottom: 1px solid var(--grid); vertical-align: top; }}
td {{ max-width: 420px; overflow-wrap: anywhere; }}
td img {{ display: block; max-height: 96px; max-width: 160px; margin: 2px 0 4px; border: 1px solid var(--border); }}
tbody tr:last-child td {{ border-bottom: 0; }}
tbody tr:hover {{ background: var(--raised); }}
.n {{ text-align: right; white-space: nowrap; }}
th:last-child, td:last-child {{ padding-right: 0; }}
.soft {{ color: var(--soft); }}
pre {{ font: 12px/1.45 ui-monospace, "Cascadia Mono", Menlo, Consolas, monospace; background: var(--raised);
  border: 1px solid var(--border); border-radius: 6px; padding: 10px 12px; margin: 8px 0; overflow-x: auto;
  white-space: pre-wrap; overflow-wrap: anywhere; max-height: 480px; overflow-y: auto; }}
details {{ border-top: 1px solid var(--grid); padding: 6px 0; }}
details:first-of-type {{ border-top: 0; }}
summary {{ cursor: pointer; overflow-wrap: anywhere; }}
summary strong {{ font-weight: 600; }}
svg {{ display: block; }}
svg text {{ fill: var(--text); font-size: 12px; }}
svg .small {{ fill: var(--soft); font-size: 11px; font-variant-numeric: tabular-nums; }}
svg .title {{ font-weight: 600; }}
.card {{ fill: var(--raised); stroke: var(--border); }}
.card.is-failed {{ stroke: var(--failed); stroke-width: 1.5; fill: var(--raised); }}
.wire {{ fill: none; stroke: var(--wire); stroke-width: 1.6; }}
.grid {{ stroke: var(--grid); }}
.lane {{ fill: var(--canvas); }}
.area {{ fill: var(--ground); stroke: var(--accent); stroke-width: 1.5; }}
.legend {{ display: flex; flex-wrap: wrap; gap: 4px 16px; margin: 10px 0 0; color: var(--soft); font-size: 12px; }}
.legend svg {{ display: inline-block; vertical-align: -1px; margin-right: 6px; }}
.is-succeeded {{ color: var(--succeeded); fill: var(--succeeded); }}
.is-cached {{ color: var(--cached); fill: var(--cached); }}
.is-failed {{ color: var(--failed); fill: var(--failed); }}
.is-running, .is-dispatched {{ color: var(--running); fill: var(--running); }}
.is-waiting, .is-ready {{ color: var(--soft); fill: var(--waiting); }}
.is-cancelled, .is-skipped, .is-interrupted {{ color: var(--soft); fill: var(--skipped); }}
.is-interrupted, .over {{ color: var(--warned); }}
.is-serial {{ fill: var(--serial); }} .is-threads {{ fill: var(--threads); }}
.is-processes {{ fill: var(--processes); }} .is-ipython {{ fill: var(--ipython); }}
.other {{ fill: var(--strong); }}
@media print {{ body {{ background: #fff; }} button, input {{ display: none !important; }}
  section, header {{ break-inside: avoid; }} pre {{ max-height: none; }} }}
"""

SCRIPT = """
"use strict";
const root = document.documentElement;
document.getElementById("theme").addEventListener("click", () => {
  const dark = root.dataset.theme ? root.dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
  root.dataset.theme = dark ? "light" : "dark";
});
const field = document.getElementById("find");
if (field) {
  const rows = [...document.querySelectorAll("#tasks tbody tr")];
  field.addEventListener("input", () => {
    const words = field.value.toLowerCase().split(/\\s+/).filter(Boolean);
    for (const row of rows) {
      const text = row.textContent.toLowerCase();
      row.hidden = !words.every((word) => text.includes(word));
    }
  });
}
"""


def policy() -> str:
    """Return what the page may do: show itself, and nothing from anywhere else."""
    own = f"style-src {_digest(STYLE)}; script-src {_digest(SCRIPT)}"
    return f"default-src 'none'; {own}; img-src data:; base-uri 'none'; form-action 'none'"


def _digest(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"
