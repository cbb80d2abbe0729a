/** Colours and type of the picture, light and dark by the reader's own setting. */
export const svgStyle = `
svg{--page:#ffffff;--card:#f6f7f9;--line:#d8dce3;--ink:#1c2330;--dim:#667085;--need:#98a2b3;--public:#1f9d57;--dashboard:#3b6fe0;--internal:#98a2b3;--job:#d08a12}
@media (prefers-color-scheme:dark){svg{--page:#0d1117;--card:#161b22;--line:#30363d;--ink:#e6edf3;--dim:#8b949e;--need:#6e7681;--public:#3fb96f;--dashboard:#6b9bff;--internal:#7d8590;--job:#e0a33a}}
text{font-family:system-ui,-apple-system,"Segoe UI","Helvetica Neue",Arial,sans-serif;fill:var(--ink)}
.page{fill:var(--page)}.card{fill:var(--card);stroke:var(--line)}
.title{font-size:19px;font-weight:600}.system{font-size:17px;font-weight:700}
.project{font-size:11px;font-weight:600;letter-spacing:.06em;fill:var(--dim)}
.small{font-size:12px;fill:var(--dim)}.service{font-size:13px;font-weight:600}
.container,.port{font-family:ui-monospace,SFMono-Regular,Menlo,Consolas,monospace;font-size:11px;fill:var(--dim)}
.port{fill:var(--ink)}.end{text-anchor:end}
.dot.public{fill:var(--public)}.dot.dashboard{fill:var(--dashboard)}.dot.internal{fill:var(--internal)}.dot.job{fill:var(--card);stroke:var(--job);stroke-width:2}
.need{fill:none;stroke:var(--need);stroke-width:1.2}.browser{stroke-dasharray:3 3}.tip{fill:var(--need)}
`;
