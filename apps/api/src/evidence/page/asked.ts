import type { EvidencePack, StageTold } from '@handover/evidence';
import { badge, row, section, table, targetOf } from './blocks.ts';
import { html, isInstant, nothing, said, wordsOf, type Html, type Time } from './format.ts';
import { capital, STAGES, stepName } from './words.ts';

export const facts = ({ story }: EvidencePack, time: Time): Html =>
  story.facts.length === 0
    ? nothing
    : section(
        'said',
        'What HR said',
        'Two clocks: when HR recorded it, and when it had arrived here for good.',
        table(
          'Facts that this case follows',
          ['Fact', 'HR recorded it', 'It arrived here', 'From'],
          story.facts.map(
            (fact) =>
              html`<tr>
                <th scope="row">${capital(wordsOf(fact.kind))}</th>
                <td>${time(fact.saidAt)}</td>
                <td>${time(fact.receivedAt)}</td>
                <td>${fact.actor} by ${fact.channel}</td>
              </tr>`,
          ),
        ),
      );

export const terms = ({ story }: EvidencePack, time: Time): Html => {
  const newest = story.terms[story.terms.length - 1]?.terms ?? {};
  const changes = story.terms.filter((each) => each.what !== null);
  return section(
    'asked',
    'What was asked for',
    changes.length === 0
      ? ''
      : `HR changed it ${changes.length === 1 ? 'once' : `${changes.length} times`} (${changes.map((each) => each.what).join('; ')}); this is how it stood last.`,
    html`<table class="facts">
      <tbody>
        ${Object.entries(newest)
          .filter(([name]) => name !== 'kind')
          .map(([name, value]) => row(capital(wordsOf(name)), isInstant(value) ? time(value) : said(value)))}
      </tbody>
    </table>`,
  );
};

export const plan = ({ story }: EvidencePack, time: Time): Html => {
  const current = story.plans[story.plans.length - 1];
  if (!current) return section('plan', 'The plan', '', html`<p>There is no plan: the case ended, or waits, before one could be made.</p>`);
  const byId = new Map(story.steps.map((step) => [step.step, step]));
  return section(
    'plan',
    'The plan',
    'What was frozen and decided on. Approvals are bound to this hash: another plan would have had another one.',
    html`<table class="facts">
        <tbody>
          ${row('Plan', html`<code>${current.hash}</code>`)}${row('Made', time(current.at))}${row('Policy', html`<code>${current.policyVersion}</code>`)}${story.plans.length > 1 ? row('Earlier plans', html`${story.plans.slice(0, -1).map((each) => html`<code>${each.hash}</code> `)}`) : nothing}
        </tbody>
      </table>
      ${table(
        'Its steps, in order',
        ['Step', 'What', 'Can be undone', 'Became'],
        current.steps.map(
          (step) =>
            html`<tr>
              <th scope="row">${step.id}</th>
              <td>${stepName(step.kind)}${targetOf(byId.get(step.id ?? ''))}</td>
              <td>${step.reversible ? 'yes' : html`<b>no</b>${step.gate === null ? '' : `, needs the approval ${step.gate}`}`}</td>
              <td>${badge(byId.get(step.id ?? '')?.outcome ?? 'not-started')}</td>
            </tr>`,
        ),
      )}`,
  );
};

export const approvals = ({ story }: EvidencePack, time: Time): Html =>
  section(
    'decided',
    'Who decided',
    story.stages.length === 0 ? 'Nobody had to be asked.' : '',
    html`${story.stages.map((stage) => stageOf(stage, time))}${story.strayDecisions.length === 0 ? nothing : decisions('Decisions on stages that nobody was asked about; they do not count', story.strayDecisions, time)}`,
  );

const stageOf = (stage: StageTold, time: Time): Html =>
  html`<article class="step">
    <header>
      <h3>${capital(stage.stage)}</h3>
      ${badge(stage.outcome, STAGES)}<span class="where">${stage.needed} of ${stage.by.join(' or ')}</span>
    </header>
    <div class="cols">
      <div>
        <h4>Asked</h4>
        ${time(stage.openedAt)}
      </div>
      <div>
        <h4>${stage.endedAt === null ? 'Until' : 'Ended'}</h4>
        ${time(stage.endedAt ?? stage.deadline)}${stage.escalatedAt === null ? nothing : html`<p>Not decided in time; escalated ${time(stage.escalatedAt, { inline: true })}</p>`}
      </div>
      <div>
        <h4>On plan</h4>
        <code>${stage.planHash}</code>
      </div>
    </div>
    ${stage.decisions.length === 0 ? html`<p class="quiet">Nobody decided.</p>` : decisions(`Decisions on ${stage.stage}`, stage.decisions, time)}
  </article>`;

const decisions = (caption: string, made: StageTold['decisions'], time: Time): Html =>
  table(
    caption,
    ['When', 'Who', 'Decision', 'On plan', 'Counts'],
    made.map(
      (each) =>
        html`<tr>
          <td>${time(each.at)}</td>
          <th scope="row">${each.actor} <span class="quiet">by ${each.channel}</span></th>
          <td>${each.decision}${each.reasonCode === null ? '' : ` (${each.reasonCode})`}</td>
          <td><code>${(each.planHash ?? '—').slice(0, 16)}</code></td>
          <td>${each.counts ? 'yes' : html`<b>no</b>: ${each.code}`}</td>
        </tr>`,
    ),
  );
