/** The look of the HTML report: one column that a phone holds, in the colours that the reader's screen prefers. */
export const STYLE = `
:root { color-scheme: light dark; --ink: #1d1c1d; --faint: #616061; --paper: #fff; --line: #ddd; --sunk: #f6f6f6;
  --critical: #b3261e; --high: #c4501b; --medium: #8a6100; --low: #616061; --met: #1a7f4b; }
@media (prefers-color-scheme: dark) { :root { --ink: #e8e8e8; --faint: #ababad; --paper: #1a1d21; --line: #3a3d41;
  --sunk: #222529; --critical: #ff8a80; --high: #ffab76; --medium: #ffd166; --low: #ababad; --met: #6fd39b; } }
body { margin: 0; background: var(--paper); color: var(--ink); font: 16px/1.5 system-ui, sans-serif; }
main { max-width: 60rem; margin: 0 auto; padding: 1rem 1rem 4rem; }
h1 { font-size: 1.5rem; line-height: 1.25; margin: 0 0 .25rem; }
h2 { font-size: 1.2rem; border-bottom: 1px solid var(--line); margin: 2rem 0 .75rem; padding-bottom: .25rem; }
h3 { font-size: 1rem; margin: 1rem 0 .25rem; }
p { margin: .4rem 0; }
.note, figcaption { color: var(--faint); font-size: .875rem; }
article { border-left: 4px solid var(--low); padding: .1rem 0 .1rem 1rem; margin: 1.25rem 0; }
article h3 { margin-top: 0; }
article.symptom { margin-left: 2rem; }
.severity { text-transform: uppercase; font-size: .75rem; letter-spacing: .04em; }
.critical { border-color: var(--critical); } .critical .severity { color: var(--critical); }
.high { border-color: var(--high); } .high .severity { color: var(--high); }
.medium { border-color: var(--medium); } .medium .severity { color: var(--medium); }
.low .severity { color: var(--low); }
.missed { color: var(--critical); font-weight: 600; } .met { color: var(--met); } .unknown { color: var(--faint); }
header.critical h1 { color: var(--critical); } header.attention h1 { color: var(--medium); }
pre { background: var(--sunk); padding: .6rem .8rem; overflow-x: auto; font: .85rem/1.45 ui-monospace, monospace; }
.wide { overflow-x: auto; }
table { border-collapse: collapse; font-size: .9rem; font-variant-numeric: tabular-nums; }
th, td { text-align: left; padding: .3rem .9rem .3rem 0; border-bottom: 1px solid var(--line); white-space: nowrap; }
th.number, td.number { text-align: right; }
figure { margin: 1rem 0; } figure svg { width: 100%; height: auto; border-radius: 6px; }
@media print { body { font-size: 11pt; } article { break-inside: avoid; } }
`
