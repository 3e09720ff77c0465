import type { Attempt, EvidencePack, StageTold, StepTold } from '@handover/evidence';
import { duration, html, isInstant, nothing, reading, said, wordsOf, type Html, type Time } from './format.ts';
import { capital, HOLDS, OUTCOMES, STAGES, stepName } from './words.ts';

export const badge = (outcome: string, words = OUTCOMES): Html => {
  const { says, tone } = words[outcome] ?? { says: outcome, tone: 'quiet' };
  return html`<span class="badge ${tone === 'quiet' ? 'quiet-tone' : tone}">${says}</span>`;
};

export const row = (name: string, value: Html | string | null): Html =>
  html`<tr>
    <th scope="row">${name}</th>
    <td>${value === null || value === '' ? html`<span class="none">—</span>` : value}</td>
  </tr>`;

const table = (caption: string, heads: readonly string[], rows: readonly Html[]): Html =>
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

const section = (id: string, title: string, lead: string, body: Html): Html =>
  html`<section aria-labelledby="${id}">
    <h2 id="${id}">${title}</h2>
    ${lead === '' ? nothing : html`<p class="lead">${lead}</p>`}${body}
  </section>`;

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

/** What the step is about, where one word says it. */
const targetOf = (step: StepTold | undefined): string => {
  const { number, task } = step?.target ?? {};
  return typeof number === 'string' ? ` ${number}` : typeof task === 'string' ? `: ${wordsOf(task)}` : '';
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

export const steps = ({ story }: EvidencePack, time: Time): Html =>
  section(
    'did',
    'What was done, and what was read back',
    'Every call is preceded by a reading and followed by an independent one; a repeated attempt that finds the state already there says so.',
    html`${story.steps.filter((step) => step.attempts.length > 0).map((step) => stepOf(step, time))}`,
  );

const stepOf = (step: StepTold, time: Time): Html =>
  html`<article class="step${step.kind === 'linkUser' ? ' long' : ''}">
    <header>
      <h3>${stepName(step.kind)}${targetOf(step)}</h3>
      ${badge(step.outcome)}<span class="where"
        >${step.step}${step.undoes === null ? '' : `, undoes ${step.undoes}`}${step.reversible === false ? ', cannot be undone' : ''}</span
      >
    </header>
    ${step.attempts.map((attempt) => attemptOf(step, attempt, time))}
  </article>`;

const attemptOf = (step: StepTold, attempt: Attempt, time: Time): Html => {
  const length = attempt.startedAt !== null && attempt.endedAt !== null ? Date.parse(attempt.endedAt) - Date.parse(attempt.startedAt) : null;
  const round =
    attempt.round > 1 || step.attempts.length > 1
      ? html`<p><b>Attempt ${attempt.round}</b>: ${OUTCOMES[attempt.outcome]?.says ?? attempt.outcome}</p>`
      : nothing;
  const calls = attempt.activityAttempt !== null && attempt.activityAttempt > 1 ? html`<p>Calls were repeated: try ${attempt.activityAttempt}.</p>` : nothing;
  const why = [attempt.code, attempt.detail].filter((each) => each !== null).join(': ');
  const isFinding = attempt.outcome === 'verified' && why !== '';

  return html`<div class="cols">
    <div>
      <h4>When</h4>
      ${round}${time(attempt.startedAt ?? attempt.endedAt, { short: true })}${length === null ? nothing : html`<span class="quiet">took ${duration(length)}</span>`}${calls}
    </div>
    <div>
      <h4>${attempt.byHand ? 'Done by hand; before' : 'Before'}</h4>
      ${reading(attempt.before)}
    </div>
    <div>
      <h4>Read back</h4>
      ${reading(attempt.readBack, ['calls', 'now'])}${attempt.changed === false && attempt.outcome === 'verified' && attempt.before !== null ? html`<p class="quiet">It was so already; nothing was written.</p>` : nothing}${why === '' ? nothing : html`<p><b>${isFinding ? 'Finding' : 'Why'}:</b> ${isFinding ? wordsOf(why) : why}</p>`}
    </div>
  </div>`;
};

export const tasks = ({ story, timeline }: EvidencePack, time: Time): Html => {
  if (story.tasks.length + story.findings.length === 0) return nothing;
  const claims = timeline.filter((line) => line.type === 'StepClaimedByHand');
  return section(
    'by-hand',
    'Done by hand, and found',
    '',
    html`${
      story.tasks.length === 0
        ? nothing
        : table(
            'Steps that a person did, with what they gave as evidence',
            ['Step', 'Said by', 'Evidence', 'Read back'],
            story.tasks.map(
              (task, index) =>
                html`<tr>
                  <th scope="row">${task.step}</th>
                  <td>${task.claimedBy}${time(task.claimedAt, { short: true })}</td>
                  <td>${reading(claims[index]?.evidence ?? null)}</td>
                  <td>${task.confirmedAt === null ? 'not yet' : time(task.confirmedAt, { short: true })}</td>
                </tr>`,
            ),
          )
    }${
      story.findings.length === 0
        ? nothing
        : table(
            'Findings: differences that did not stop the case',
            ['Step', 'Finding', 'When'],
            story.findings.map(
              (each) =>
                html`<tr>
                  <th scope="row">${each.step}</th>
                  <td>${wordsOf(each.finding)}</td>
                  <td>${time(each.at)}</td>
                </tr>`,
            ),
          )
    }`,
  );
};

const ways = (paths: readonly string[] | null): Html =>
  paths === null
    ? html`<span class="none">not followed</span>`
    : paths.length === 0
      ? html`<span class="none">—</span>`
      : html`${paths.map((path) => html`<span class="mono">${path}</span><br />`)}`;

export const calls = ({ story: { calls: told } }: EvidencePack, time: Time): Html =>
  told === null || told.paths.length === 0
    ? nothing
    : section(
        'calls',
        'Where calls went, before and after',
        told.verifiedAt === null
          ? 'The lines that the person had a part in, as they were read before the plan.'
          : told.stillRings.length + told.leadsToLeaver.length === 0
            ? 'Followed again after the hand-over: no call leads to the person any more.'
            : 'Followed again after the hand-over: some calls still lead to the person.',
        html`${table(
            'Every touched line, in and out of hours',
            ['Line', 'Before', 'Afterwards'],
            told.paths.map(
              (path) =>
                html`<tr>
                  <th scope="row">${path.from}<br /><span class="quiet">${path.hours}</span></th>
                  <td>${ways(path.before)}</td>
                  <td>${ways(path.after ?? path.planned)}${path.after === null ? html`<span class="quiet">as planned</span>` : nothing}</td>
                </tr>`,
            ),
          )}
          <p class="quiet">
            Read ${time(told.readAt, { inline: true })}${told.verifiedAt === null ? nothing : html`; followed again ${time(told.verifiedAt, { inline: true })}`}
          </p>`,
      );

export const holds = ({ story }: EvidencePack, time: Time): Html =>
  story.legalHolds.length === 0
    ? nothing
    : section(
        'holds',
        'Legal holds',
        'While one stands nothing is deleted and nobody is erased.',
        table(
          'Placed and lifted',
          ['When', 'Who', 'What', 'On'],
          story.legalHolds.map(
            (hold) =>
              html`<tr>
                <td>${time(hold.at)}</td>
                <th scope="row">${hold.actor}</th>
                <td>${HOLDS[hold.what] ?? wordsOf(hold.what)}${hold.code === null ? '' : ` (${hold.code})`}</td>
                <td>the ${hold.scope}</td>
              </tr>`,
          ),
        ),
      );

export const certificate = ({ story }: EvidencePack, time: Time): Html =>
  story.certificate === null
    ? nothing
    : section(
        'certificate',
        'Certificate',
        '',
        html`<div class="box good">
          <p class="says">The person was erased, as far as this record can claim it.</p>
          ${reading(story.certificate.claims)}
          <p class="quiet">Issued ${time(story.certificate.at, { inline: true })}</p>
        </div>`,
      );
