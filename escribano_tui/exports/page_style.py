"""The style of the HTML page: one sheet, light and dark by what the reader's system prefers, nothing fetched."""

from __future__ import annotations

# Hues (degrees) of activities: neighbours in the list are told apart; the letter on the bar says the same.
HUES: dict[str, int] = {
    "coding": 212, "debugging": 4, "terminal": 150, "review": 275, "research": 36, "reading": 56, "writing": 190,
    "meeting": 325, "communication": 300, "planning": 100, "design": 16, "data": 172, "media": 250,
}  # fmt: skip


def colour(activity: str) -> str:
    """CSS colour of an activity; greys for idle, other and personal."""
    if activity in HUES:
        return f"hsl({HUES[activity]} 55% var(--l))"
    return {"idle": "var(--line)", "personal": "var(--line)"}.get(activity, "var(--faint)")


CSS = """
:root { color-scheme: light dark; --bg: #fbfbfa; --fg: #1d2126; --faint: #6b7480; --line: #dcdfe3; --card: #fff; --l: 45%;
  --link: #0b5cad; }
@media (prefers-color-scheme: dark) { :root { --bg: #14171b; --fg: #e4e7ea; --faint: #98a1ab; --line: #2e343b;
  --card: #1b1f24; --l: 62%; --link: #7db8f5; } }
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 62rem; padding: 1.5rem 1.25rem 4rem; background: var(--bg); color: var(--fg);
  font: 16px/1.55 system-ui, "Segoe UI", Roboto, "Helvetica Neue", sans-serif; }
h1 { font-size: 1.5rem; margin: 0; overflow-wrap: anywhere; } h2 { font-size: 1.2rem; margin: 2.2rem 0 .6rem; }
h3 { font-size: 1.02rem; margin: 1.4rem 0 .3rem; } .meta { color: var(--faint); margin: .2rem 0 1.2rem; }
a { color: var(--link); text-decoration: none; } a:hover, a:focus { text-decoration: underline; }
code { font: .9em ui-monospace, "SF Mono", Menlo, Consolas, "DejaVu Sans Mono", monospace; background: color-mix(in srgb,
  var(--line) 45%, transparent); padding: .05em .3em; border-radius: .25em; overflow-wrap: anywhere; }
.bar { display: flex; height: 2.4rem; border-radius: .4rem; overflow: hidden; gap: 1px; background: var(--bg); }
.bar a { flex: 0 1 auto; min-width: 1px; color: var(--bg); font-weight: 600; font-size: .8rem; display: grid;
  place-items: center; overflow: hidden; } .bar a.quiet { color: var(--faint); }
.ticks { position: relative; height: 1.5rem; color: var(--faint); font-size: .75rem; font-variant-numeric: tabular-nums; }
.ticks span { position: absolute; transform: translateX(-50%); } .ticks span:first-child { transform: none; }
.ticks span:last-child { transform: translateX(-100%); }
.legend { display: flex; flex-wrap: wrap; gap: .3rem 1.1rem; margin: .5rem 0 0; padding: 0; list-style: none;
  font-size: .87rem; } .legend i { display: inline-block; width: .75rem; height: .75rem; border-radius: .2rem;
  margin-right: .35rem; vertical-align: -.06rem; }
.summary { background: var(--card); border: 1px solid var(--line); border-radius: .5rem; padding: .2rem 1.3rem 1rem;
  margin-top: 1.6rem; } .summary hr { border: 0; border-top: 1px solid var(--line); margin: 1rem 0 .6rem; }
.summary h2 { margin: 1rem 0 .4rem; } .summary h3 { margin: 1.5rem 0 .1rem; font-size: 1.06rem; } .summary h4 { margin: 1rem
  0 .1rem; } .summary p { margin: .45rem 0; } .summary ul { margin: .35rem 0; padding-left: 1.25rem; } .summary li { margin:
  .2rem 0; } .summary p.times { margin: 0 0 .5rem; color: var(--faint); font-size: .87rem; font-variant-numeric: tabular-nums; }
.stale { color: var(--faint); font-style: italic; }
.segment { display: grid; grid-template-columns: 12.5rem 1fr; gap: 0 1.1rem; padding: 1rem 0; border-top: 1px solid
  var(--line); scroll-margin-top: .5rem; } .segment:target { background: color-mix(in srgb, var(--link) 9%, transparent); }
.segment img { width: 100%; border-radius: .35rem; border: 1px solid var(--line); display: block; }
.segment h3 { margin: 0; overflow-wrap: anywhere; } .when { color: var(--faint); font-variant-numeric: tabular-nums;
  font-size: .87rem; } .tag { display: inline-block; border-left: .7rem solid; padding-left: .4rem; margin-right: .8rem; }
.said { margin: .5rem 0 0; padding: 0; list-style: none; } .said li { margin: .15rem 0; } .doubtful { opacity: .6;
  font-style: italic; } .said .when { margin-right: .5rem; } footer { color: var(--faint); margin-top: 2.5rem;
  font-size: .87rem; } @media (max-width: 40rem) { .segment { grid-template-columns: 1fr; } .segment img { max-width: 18rem; }
  } @media print { .segment { break-inside: avoid; } body { max-width: none; } }
"""
