import type { EvidencePack } from './evidence.ts';

const escape = (value: unknown): string =>
  String(value ?? '')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');

const row = (name: string, value: unknown): string => `<tr><th scope="row">${escape(name)}</th><td>${escape(value)}</td></tr>`;

const STYLE = `body{font:14px/1.45 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem;color:#111}
h1{font-size:1.5rem;margin-bottom:.25rem}h2{font-size:1.1rem;margin-top:2rem;border-bottom:1px solid #999}
table{border-collapse:collapse;width:100%}th,td{text-align:left;vertical-align:top;padding:.25rem .5rem;border-bottom:1px solid #ddd}
th[scope=row]{width:12rem;font-weight:600}code{font-size:.85em;overflow-wrap:anywhere}.quiet{color:#555}
@media print{body{margin:0;max-width:none}tr{break-inside:avoid}}`;

const whoIs = ({ ref, givenName, familyName, erased }: NonNullable<EvidencePack['case']['person']>): string => {
  const name = [givenName, familyName].filter(Boolean).join(' ');
  if (erased) return `${ref} (erased)`;
  return name === '' ? ref : `${name} (${ref})`;
};

/** The same pack for a person with a printer. Self-contained: it needs no network and runs no script. */
export const evidencePage = (pack: EvidencePack): string => {
  const { case: detail, timeline } = pack;
  const terms = Object.entries(detail.terms).map(([field, value]) => row(field, typeof value === 'object' ? JSON.stringify(value) : value));

  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>Evidence: ${escape(detail.kind)} ${escape(detail.id)}</title><style>${STYLE}</style></head>
<body><main>
<h1>Evidence of a ${escape(detail.kind)} case</h1>
<p class="quiet">Made ${escape(pack.madeAt)}. Every line below is an event of the record, chained by hash and covered by the signed checkpoint at the end.</p>
<h2>The case</h2><table>${row('Case', detail.id)}${detail.person === null ? row('Number', detail.number) : row('Person', whoIs(detail.person))}${row('Office', detail.office)}${row('State', detail.phase)}${row('Outcome', detail.outcome ?? 'still open')}${row('Requested by', `${detail.requester} (${detail.source})`)}${row('Opened', detail.openedAt)}</table>
<h2>What HR said</h2><table>${terms.join('')}</table>
<h2>What was planned</h2><p class="quiet">Plan <code>${escape(detail.plan?.hash)}</code></p><table><thead><tr><th>Step</th><th>Kind</th><th>State</th><th>Can be undone</th></tr></thead><tbody>${(detail.plan?.steps ?? []).map((step) => `<tr><td>${escape(step.id)}</td><td>${escape(step.kind)}</td><td>${escape(step.state)}</td><td>${step.reversible ? 'yes' : 'no'}</td></tr>`).join('')}</tbody></table>
<h2>Who decided</h2><table><thead><tr><th>Stage</th><th>State</th><th>Decisions</th></tr></thead><tbody>${detail.approvals.map((stage) => `<tr><td>${escape(stage.stage)}</td><td>${escape(stage.state)}</td><td>${stage.decisions.map((each) => `${escape(each.actor)}: ${escape(each.decision)}, ${escape(each.at)}`).join('<br>') || 'nobody'}</td></tr>`).join('')}</tbody></table>
<h2>What happened</h2><table><thead><tr><th>When (UTC)</th><th>Who</th><th>What</th></tr></thead><tbody>${timeline.map((entry) => `<tr><td>${escape(entry.at)}</td><td>${escape(entry.actor)} <span class="quiet">(${escape(entry.channel)})</span></td><td>${escape(entry.summary)}${entry.reason ? `<br>Reason: ${escape(entry.reason)}` : ''}${entry.evidence ? `<br><code>${escape(JSON.stringify(entry.evidence))}</code>` : ''}</td></tr>`).join('')}</tbody></table>
<h2>The signed checkpoint</h2><pre><code>${escape(pack.proofs.checkpoint)}</code></pre>
<p class="quiet">Verify the JSON form of this pack with <code>npm run handover -- verify --evidence FILE --keys FILE</code>: no database, no network.</p>
</main></body></html>
`;
};
