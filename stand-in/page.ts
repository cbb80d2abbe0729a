import type { NeedState, StandInSpec, Wiring } from "./contract";
import { pageScript, pageStyle } from "./page-assets";

/** The page of a stand-in: what it stands for, why, and how each need is met. */
export function renderPage(spec: StandInSpec, wiring: Wiring): string {
  const [system, service] = splitName(spec.service);
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escape(spec.service)} – stand-in</title>
<style>${pageStyle}</style>
</head>
<body>
<main>
<header>
<p class="system">${escape(system)}</p>
<h1>${escape(service)}</h1>
<p class="why"><span class="badge">stand-in</span> ${escape(spec.reason)}</p>
<dl>
<div><dt>Container</dt><dd><code>${escape(spec.container)}</code></dd></div>
${spec.endpoints.map(renderEndpoint).join("\n")}
</dl>
</header>
<section>
<h2>Needs <span id="summary" data-all-reached="${wiring.allReached}">${summary(wiring)}</span></h2>
${wiring.needs.length === 0 ? '<p class="none">This service needs nothing.</p>' : renderNeeds(wiring.needs)}
</section>
<footer>Berth runs this in the service’s place: it listens on its ports and tries its wiring. The
same as JSON: <a href="wiring">/wiring</a></footer>
</main>
<script>${pageScript}</script>
</body>
</html>
`;
}

/** Text made safe for HTML, in an attribute too. */
export function escape(text: string): string {
  const entities: Record<string, string> = {
    "&": "&amp;",
    "<": "&lt;",
    ">": "&gt;",
    '"': "&quot;",
    "'": "&#39;",
  };
  return text.replace(/[&<>"']/g, (character) => entities[character] ?? character);
}

function splitName(name: string): [system: string, service: string] {
  const slash = name.indexOf("/");
  return slash < 0 ? ["", name] : [name.slice(0, slash), name.slice(slash + 1)];
}

function renderEndpoint(endpoint: StandInSpec["endpoints"][number]): string {
  const health = endpoint.health === null ? "" : ` <code>${escape(endpoint.health)}</code>`;
  return `<div><dt>${escape(endpoint.name)}</dt><dd>${endpoint.protocol} on <code>${endpoint.port}</code>${health}</dd></div>`;
}

function renderNeeds(needs: NeedState[]): string {
  return `<table>
<thead><tr><th>Need</th><th>From</th><th>State</th></tr></thead>
<tbody>
${needs.map(renderNeed).join("\n")}
</tbody>
</table>`;
}

function renderNeed(need: NeedState): string {
  const url = need.url === undefined ? "" : ` data-url="${escape(need.url)}"`;
  const shown = need.url === undefined ? "" : `<br>${escape(need.url)}`;
  return `<tr data-need="${escape(need.name)}" data-reach="${need.reach}" data-status="${need.status}"${url}>
<td><b>${escape(need.name)}</b> <span class="kind">${need.kind}</span><br><span class="to">${escape(need.to)}${shown}</span></td>
<td>${need.reach}</td>
<td><span class="state">${need.status}</span><br><span class="detail">${escape(need.detail)}</span></td>
</tr>`;
}

function summary(wiring: Wiring): string {
  const own = wiring.needs.filter((need) => need.reach === "container");
  if (own.length === 0) return "";
  const reached = own.filter((need) => need.status === "reached").length;
  return `${reached} of ${own.length} reached from this container`;
}
