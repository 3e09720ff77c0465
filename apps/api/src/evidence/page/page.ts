import type { EvidencePack, StepTold } from '@handover/evidence';
import { approvals, facts, plan, terms } from './asked.ts';
import { row } from './blocks.ts';
import { calls, certificate, holds, steps, tasks } from './done.ts';
import { duration, html, Html, nothing, timesIn, type Time } from './format.ts';
import { STYLE } from './style.ts';
import { capital, headlineWords, stepName } from './words.ts';

/** The same pack for a person with a printer: one file that needs no network and runs no script. */
export const evidencePage = (pack: EvidencePack, { signed }: { readonly signed: boolean }): string => {
  const { story } = pack;
  const time = timesIn(story.headline.zone);
  const title = `Evidence of a ${pack.case.kind} case`;
  const foot = `${title} ${pack.case.id}`.replaceAll(/[^\w .-]/g, '');

  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width,initial-scale=1" />
        <meta name="robots" content="noindex" />
        <title>${title}: ${pack.case.id}</title>
        <style>
          ${raw(STYLE)}:root {
            --foot: '${foot}';
          }
        </style>
      </head>
      <body>
        <main>
          <header>
            <p class="eyebrow">Handover · evidence pack</p>
            <h1>${title}</h1>
            <p class="sub">${whoOf(pack)}${story.case.office === null ? '' : ` · ${story.case.office}`} · case <code>${pack.case.id}</code></p>
          </header>
          ${headline(pack, time)}
          ${waits(pack)}${summary(pack, time)}${facts(pack, time)}${terms(pack, time)}${plan(pack, time)}${approvals(pack, time)}${steps(pack, time)}${calls(pack, time)}${tasks(pack, time)}${holds(pack, time)}${certificate(pack, time)}
          ${timeline(pack, time)} ${proof(pack, signed, time)}
        </main>
      </body>
    </html> `.text;
};

const raw = (text: string): Html => new Html(text);

const whoOf = ({ person }: EvidencePack): Html => {
  if (person === null) return html`No person`;
  if (person.erased) return html`A person who was erased, known as <code>${person.ref}</code>`;
  const name = [person['givenName'], person['familyName']].filter((each) => typeof each === 'string').join(' ');
  return name === '' ? html`Person <code>${person.ref}</code>` : html`<b>${name}</b>, person <code>${person.ref}</code>`;
};

const headline = ({ story, madeAt }: EvidencePack, time: Time): Html => {
  const { tone, figure, says, more } = headlineWords(story, madeAt);
  const due = { leaver: 'Cut-off', joiner: 'First day begins', mover: 'Due' }[story.case.kind ?? ''] ?? 'Due';
  const done = { leaver: 'Access closed', joiner: 'Everything ready', mover: 'Change made' }[story.case.kind ?? ''] ?? 'Done';
  const { headline: told } = story;
  const marks = [
    ['HR recorded it', told.saidAt],
    ['We were told', told.receivedAt],
    [due, told.due],
    [done, told.doneAt],
    ['Access given again', told.restoredAt],
  ]
    .filter((mark): mark is [string, string] => typeof mark[1] === 'string')
    .sort((left, right) => Date.parse(left[1]) - Date.parse(right[1]));

  return html`<section class="box ${tone === 'quiet' ? 'quiet-tone' : tone}" aria-label="In one sentence">
    <p class="figure">${figure}</p>
    <p class="says">${says}</p>
    ${more === '' ? nothing : html`<p class="more">${more}</p>`}
    <ol class="marks">
      ${marks.map(([name, at]) => html`<li><b>${name}</b>${time(at, { short: true })}</li>`)}
    </ol>
  </section>`;
};

/** What a person has to do before the case goes on, where it is stuck. */
const waits = ({ story }: EvidencePack): Html => {
  const stuck = story.case.closedAt === null ? story.steps.filter((step) => step.outcome === 'blocked' || step.outcome === 'contradicted') : [];
  if (stuck.length === 0) return nothing;
  const says = (step: StepTold): Html => {
    const last = step.attempts[step.attempts.length - 1];
    return html`<li><b>${stepName(step.kind)}</b> (${step.step}): ${last?.detail ?? last?.code}</li>`;
  };
  return html`<section class="box warn" aria-label="Waits for a person">
    <p class="says">Waits for a person</p>
    <ul>
      ${stuck.map(says)}
    </ul>
  </section>`;
};

const summary = ({ story, person, madeAt, madeFor }: EvidencePack, time: Time): Html => {
  const { case: told, request, headline: line } = story;
  const running = told.openedAt === null ? null : Date.parse(told.closedAt ?? madeAt) - Date.parse(told.openedAt);
  return html`<table class="facts">
    <caption>
      In short
    </caption>
    <tbody>
      ${row('State', told.closedAt === null ? 'still open' : `${capital(told.phase ?? 'closed')}: ${told.result ?? ''}`)}
      ${row('Requested by', html`${request.requester} <span class="quiet">(source ${request.source}, by ${request.channel})</span>`)}
      ${row('Reason code', request.reasonCode)}${request.urgency === 'immediate' ? row('Urgency', 'immediate: access is cut without waiting for an approval') : nothing}
      ${row('Opened', time(told.openedAt))}${row('Closed', told.closedAt === null ? 'not yet' : time(told.closedAt))}${running === null ? nothing : row(told.closedAt === null ? 'Open for' : 'Ran for', duration(running))}
      ${row('Times', line.zone === null || line.zone === 'UTC' ? 'in UTC' : html`in UTC, and below in the case's zone ${line.zone}`)}
      ${person?.erased || story.erasedAt !== null ? row('The person', html`was erased${story.erasedAt === null ? '' : html` on ${time(story.erasedAt, { inline: true })}`}; what is left names nobody and still verifies`) : nothing}
      ${row('This page', html`made for ${madeFor} on ${time(madeAt, { inline: true })}`)}
    </tbody>
  </table>`;
};

/** What a reader who only skims must not miss. */
const KEY = [
  'CaseOpened',
  'PlanMade',
  'StageApproved',
  'StageRefused',
  'CutOffReached',
  'HoldBegan',
  'StepBlocked',
  'StepContradicted',
  'RescindAccepted',
  'LegalHoldPlaced',
  'LegalHoldLifted',
  'CertificateIssued',
  'CaseClosed',
];

const timeline = ({ timeline: lines }: EvidencePack, time: Time): Html =>
  html`<section aria-labelledby="happened">
    <h2 id="happened">Everything that happened</h2>
    <p class="lead">Each line is one event of the record, oldest first, nothing left out.</p>
    <ol class="line">
      ${lines.map(
        (line) =>
          html`<li${KEY.includes(line.type) ? raw(' class="key"') : nothing}><div>${time(line.at, { short: true })}</div><div>${capital(line.summary)}${line.reason === null ? nothing : html`<p>“${line.reason}”</p>`}<div class="who">${line.position} · ${line.actor} by ${line.channel}</div></div></li>`,
      )}
    </ol>
  </section>`;

const proof = ({ proofs, related, signature }: EvidencePack, signed: boolean, time: Time): Html => {
  const size = proofs.checkpoint.split('\n')[1] ?? '';
  return html`<section aria-labelledby="proof">
    <h2 id="proof">Proof</h2>
    <p class="lead">
      ${proofs.events.length} events of the case and ${related.events.length} of the person, each chained by hash to the one before it and proved to lie in the
      log of ${size} events under this signed checkpoint (C2SP, RFC 9162).
    </p>
    <pre>${proofs.checkpoint.trimEnd()}</pre>
    <table class="facts">
      <tbody>
        ${row('Signature', signed && signature !== null ? html`Ed25519 by key <code>${signature.keyId}</code> of ${signature.origin}, over the JSON form of this pack` : 'this pack is not signed: no pack key is configured')}
        ${row('First event', time(firstAt(proofs.events)))}${row('To verify', html`the JSON form: <code>npm run handover -- verify --evidence FILE --keys FILE</code>, without database or network, with the keys of GET /v1/audit/checkpoints that you kept elsewhere`)}
      </tbody>
    </table>
  </section>`;
};

const firstAt = (events: readonly string[]): string | null => {
  const { recordedAt } = JSON.parse(events[0] ?? '{}') as { recordedAt?: string };
  return recordedAt ?? null;
};
