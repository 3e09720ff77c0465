import type { StepTold } from '@handover/evidence';
import { html, nothing, wordsOf, type Html } from './format.ts';
import { OUTCOMES } from './words.ts';

export const badge = (outcome: string, words = OUTCOMES): Html => {
  const { says, tone } = words[outcome] ?? { says: outcome, tone: 'quiet' };
  return html`<span class="badge ${tone === 'quiet' ? 'quiet-tone' : tone}">${says}</span>`;
};

export const row = (name: string, value: Html | string | null): Html =>
  html`<tr>
    <th scope="row">${name}</th>
    <td>${value === null || value === '' ? html`<span class="none">—</span>` : value}</td>
  </tr>`;

export const table = (caption: string, heads: readonly string[], rows: readonly Html[]): Html =>
  html`<table>
    <caption>
      ${caption}
    </caption>
    <thead>
      <tr>
        ${heads.map((head) => html`<th scope="col">${head}</th>`)}
      </tr>
    </thead>
    <tbody>
      ${rows}
    </tbody>
  </table>`;

export const section = (id: string, title: string, lead: string, body: Html): Html =>
  html`<section aria-labelledby="${id}">
    <h2 id="${id}">${title}</h2>
    ${lead === '' ? nothing : html`<p class="lead">${lead}</p>`}${body}
  </section>`;

/** What the step is about, where one word says it. */
export const targetOf = (step: StepTold | undefined): string => {
  const { number, task } = step?.target ?? {};
  return typeof number === 'string' ? ` ${number}` : typeof task === 'string' ? `: ${wordsOf(task)}` : '';
};
