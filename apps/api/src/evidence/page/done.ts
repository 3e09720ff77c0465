import type { Attempt, EvidencePack, StepTold } from '@handover/evidence';
import { badge, section, table, targetOf } from './blocks.ts';
import { duration, html, nothing, reading, wordsOf, type Html, type Time } from './format.ts';
import { HOLDS, OUTCOMES, stepName } from './words.ts';

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
