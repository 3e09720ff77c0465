import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { defaultPolicy, durationMs, type Policy } from '@handover/case';
import { parse } from 'yaml';
import { z } from 'zod';
import { ConfigError, issuesText } from './config-error.ts';

const duration = z.string().transform((text, context) => {
  const ms = durationMs(text);
  if (ms !== null) return ms;
  context.addIssue({ code: 'custom', message: 'expected a duration like 90s, 15m, 72h or 14d' });
  return z.NEVER;
});

const share = z.union([
  z.number().min(0).max(1),
  z
    .string()
    .regex(/^\d+(\.\d+)?%$/, 'expected a share like 5%')
    .transform((text) => Number.parseFloat(text) / 100),
]);

const stages = z.array(
  z.strictObject({
    stage: z.string().regex(/^[\w-]{1,40}$/, 'expected a name like second-look'),
    needed: z.number().int().min(1).default(1),
    by: z.array(z.string().min(1)).min(1),
  }),
);

const roles = z.array(z.string().min(1)).min(1, 'expected at least one role: a hold that nobody may place or lift helps nobody');

const zone = z.string().refine((name) => {
  try {
    return Boolean(new Intl.DateTimeFormat('en', { timeZone: name }));
  } catch {
    return false;
  }
}, 'expected an IANA time zone like Europe/Berlin');

/** Dialpad's licence enum (API v2). */
const licenses = ['talk', 'agents', 'lite_support_agents', 'lite_lines', 'magenta_lines', 'admins', 'dpde_all', 'dpde_one', 'user'] as const;

const document = z.strictObject({
  hold: duration.optional(),
  releaseSeat: z.enum(['suspend', 'delete']).optional(),
  purge: z.strictObject({ after: duration.optional(), checkEvery: duration.optional(), overdue: duration.optional() }).optional(),
  acceptance: z.strictObject({ deadline: duration.optional(), remindEvery: duration.optional(), pollEvery: duration.optional() }).optional(),
  lead: duration.optional(),
  approvals: z
    .strictObject({
      leaver: stages.optional(),
      'leaver-delete': stages.min(1, 'a delete cannot be undone: it needs at least one stage').optional(),
      joiner: stages.optional(),
      mover: stages.optional(),
      number: stages.optional(),
      'number-release': stages.min(1, 'a released number cannot be had back: it needs at least one stage').optional(),
      deadline: duration.optional(),
    })
    .optional(),
  checkpoints: z.strictObject({ every: duration.optional() }).optional(),
  legalHold: z.strictObject({ by: roles.optional(), approveBy: roles.optional(), confirmWithin: duration.optional() }).optional(),
  massChange: z.strictObject({ count: z.number().int().min(1).optional(), share: share.optional(), window: duration.optional() }).optional(),
  push: z
    .strictObject({
      pauseAfter: duration.optional(),
      networks: z
        .array(z.string().regex(/^(public|loopback|private|[0-9a-fA-F.:]+(\/\d{1,3})?)$/, 'expected public, loopback, private or a network like 10.1.0.0/16'))
        .optional(),
    })
    .optional(),
  exports: z.strictObject({ ocsf: z.enum(['1.3.0', '1.4.0', '1.5.0', '1.6.0']).optional() }).optional(),
  retention: z
    .strictObject({
      record: duration.optional(),
      inbox: duration.optional(),
      needed: z.number().int().min(1, 'destroying keys cannot be undone: somebody has to approve it').optional(),
      by: z.array(z.string().min(1)).min(1).optional(),
    })
    .optional(),
  inbox: z.strictObject({ attempts: z.number().int().min(1).max(1_000).optional() }).optional(),
  reservePool: z.boolean().optional(),
  keepNumbers: z.array(z.string().regex(/^\+[1-9]\d{3,14}$/, 'expected a number like +14155550101')).optional(),
  numbers: z.strictObject({ readEvery: duration.optional(), suggestReleaseAfter: duration.optional() }).optional(),
  tasks: z.strictObject({ pollEvery: duration.optional() }).optional(),
  changedGroups: z.enum(['add', 'replace']).optional(),
  numberIncluded: z.array(z.enum(licenses)).optional(),
  callCenterLicense: z.enum(['agents', 'lite_support_agents']).optional(),
  unlicensedNumbers: z.enum(['refuse', 'drop']).optional(),
  e911: z.enum(['office', 'fact', 'off']).optional(),
  apiKeyOwner: z.string().nullable().optional(),
  unansweredLines: z.enum(['refuse', 'voicemail']).optional(),
  callerIdsLookedAt: z.number().int().min(0).max(1_000).optional(),
  greetings: z.enum(['remove', 'replace', 'keep']).optional(),
  neutralGreeting: z
    .string()
    .regex(/^[A-Za-z0-9+/]{16,}={0,2}$/, 'expected an MP3 in base64')
    .nullable()
    .optional(),
  timeZone: zone.optional(),
  emailDomains: z.array(z.string()).optional(),
  temporalStages: z.array(z.string()).optional(),
  reasonCodes: z.array(z.string().regex(/^[\w.-]{1,64}$/)).optional(),
  actors: z.record(z.string(), z.strictObject({ source: z.string(), employeeId: z.string() })).optional(),
});

/** The policy file over the defaults. @throws ConfigError with the path of each bad field and what was expected. */
export const loadPolicy = (file: string | undefined): Policy => {
  if (file === undefined) return defaultPolicy;
  const text = readText(file);

  return parsePolicy(text, file);
};

export const parsePolicy = (text: string, name: string): Policy => {
  let raw: unknown;
  try {
    raw = parse(text) ?? {};
  } catch (error) {
    throw new ConfigError(`policy ${name} is neither YAML nor JSON: ${error instanceof Error ? error.message.split('\n')[0] : 'unreadable'}`);
  }
  const parsed = document.safeParse(raw);
  if (!parsed.success) throw new ConfigError(`policy ${name} is not valid:\n${issuesText(parsed.error)}`);
  const { approvals, purge, acceptance, massChange, legalHold, numbers, tasks, checkpoints, push, exports, retention, inbox, ...rest } = parsed.data;
  const merged = {
    ...defaultPolicy,
    ...said(rest),
    purge: { ...defaultPolicy.purge, ...said(purge) },
    acceptance: { ...defaultPolicy.acceptance, ...said(acceptance) },
    legalHold: { ...defaultPolicy.legalHold, ...(legalHold?.by ? { approveBy: legalHold.by } : {}), ...said(legalHold) },
    massChange: { ...defaultPolicy.massChange, ...said(massChange) },
    numbers: { ...defaultPolicy.numbers, ...said(numbers) },
    tasks: { ...defaultPolicy.tasks, ...said(tasks) },
    checkpoints: { ...defaultPolicy.checkpoints, ...said(checkpoints) },
    push: { ...defaultPolicy.push, ...said(push) },
    exports: { ...defaultPolicy.exports, ...said(exports) },
    inbox: { ...defaultPolicy.inbox, ...said(inbox) },
    retention: { ...defaultPolicy.retention, ...said(retention) },
    approvals: { ...defaultPolicy.approvals, ...said(approvals) },
  } as Policy;
  assertNamesOnce(merged, name);
  if (merged.greetings === 'replace' && merged.neutralGreeting === null)
    throw new ConfigError(`policy ${name} is not valid:\n  neutralGreeting: greetings are to be replaced; expected an MP3 in base64`);
  const { version: _default, ...content } = merged;

  return { ...merged, version: createHash('sha256').update(JSON.stringify(content)).digest('hex').slice(0, 16) };
};

const said = <T extends object>(values: T | undefined): Partial<T> =>
  Object.fromEntries(Object.entries(values ?? {}).filter(([, value]) => value !== undefined)) as Partial<T>;

/** A decision names its stage, so a name must mean one stage only. */
const assertNamesOnce = (policy: Policy, name: string): void => {
  for (const stages of [
    [...policy.approvals.leaver, ...policy.approvals['leaver-delete']],
    policy.approvals.joiner,
    policy.approvals.mover,
    [...policy.approvals.number, ...policy.approvals['number-release']],
  ]) {
    const names = stages.map((stage) => stage.stage);
    const twice = names.find((each, index) => names.indexOf(each) !== index);
    if (twice)
      throw new ConfigError(`policy ${name} is not valid:\n  approvals: the stage "${twice}" is named twice; expected a name of its own for each stage`);
  }
};

const readText = (file: string): string => {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    throw new ConfigError(`policy ${file} cannot be read; set HANDOVER_POLICY to a readable YAML or JSON file`);
  }
};
