import type { HoldRule } from '../hold/hold.ts';

/** What a company decided once, for every case. Durations are milliseconds. A case keeps the policy it was planned with. */
export interface Policy {
  /** Hash of the document, so that a plan says which policy it was made under. */
  readonly version: string;
  readonly hold: number;
  readonly releaseSeat: 'suspend' | 'delete';
  /** `after`: Dialpad's own time; so long `overdue` after it a person is asked to look. */
  readonly purge: { readonly after: number; readonly checkEvery: number; readonly overdue: number };
  readonly acceptance: { readonly deadline: number; readonly remindEvery: number; readonly pollEvery: number };
  readonly lead: number;
  readonly approvals: {
    readonly leaver: readonly StagePolicy[];
    readonly 'leaver-delete': readonly StagePolicy[];
    readonly joiner: readonly StagePolicy[];
    readonly mover: readonly StagePolicy[];
    /** Giving a number of the company to somebody. */
    readonly number: readonly StagePolicy[];
    /** Giving a number back to the public: nothing brings it back. */
    readonly 'number-release': readonly StagePolicy[];
    readonly deadline: number;
  };
  /** A checkpoint of the log is signed, and goes to the outside anchors, this often while there is news. */
  readonly checkpoints: { readonly every: number };
  readonly legalHold: HoldRule;
  readonly massChange: { readonly count: number; readonly share: number; readonly window: number };
  /** Whether un-assigned numbers stay in the company's pool. Dialpad's API does not say; `false` makes pooling irreversible. */
  readonly reservePool: boolean;
  /**
   * E.164. Never released and never reassigned: fax lines above all, which Dialpad's API does not tell from other numbers
   * (`POST /faxline` assigns one, nothing lists them).
   */
  readonly keepNumbers: readonly string[];
  readonly numbers: {
    /** How often the company's numbers are read, so that changes made in the console are in the record too. */
    readonly readEvery: number;
    /** A reserved number costs a fee; older ones are suggested for release. */
    readonly suggestReleaseAfter: number;
  };
  /** How often open tasks are looked at, so that they close by themselves. */
  readonly tasks: { readonly pollEvery: number };
  /** Whether `groups` of a changed employee are added to what they have, or are all that they keep. HR systems differ. */
  readonly changedGroups: 'add' | 'replace';
  /** Licences that come with a number of their own. Dialpad's pages disagree about Sell (`agents`), so it is not among them:
   *  a seat too many is claimed rather than one bought unasked. */
  readonly numberIncluded: readonly string[];
  /** What a person without a call center licence is given to be an operator there (Dialpad's own default). */
  readonly callCenterLicense: 'agents' | 'lite_support_agents';
  /** A change of licence where a number has no licence to stay under: refused, or lost once somebody agreed. */
  readonly unlicensedNumbers: 'refuse' | 'drop';
  /** Emergency address in the US and Canada: HR's, else the office's (`office`), HR's only (`fact`), or none (`off`). */
  readonly e911: 'office' | 'fact' | 'off';
  /** Dialpad user who owns the API key in use, where known: never suspended by a leaver. */
  readonly apiKeyOwner: string | null;
  /** What becomes of a line that only the leaver answered when nobody takes over: refused until somebody does, or left to voicemail. */
  readonly unansweredLines: 'refuse' | 'voicemail';
  /** How many colleagues are asked whether they show a leaver's number: each costs a call. */
  readonly callerIdsLookedAt: number;
  /** What becomes of greetings the leaver recorded: `replace` needs `neutralGreeting`. A removed recording is gone for good. */
  readonly greetings: 'remove' | 'replace' | 'keep';
  /** Base64 of the MP3 that is played instead; null: none. */
  readonly neutralGreeting: string | null;
  /** The last resort for a date without a zone. IANA name. */
  readonly timeZone: string;
  /** Domains an invitation may go to besides the company's own. Empty: the company's own only; `*`: any. */
  readonly emailDomains: readonly string[];
  /** Stages that may be decided by a Temporal update or signal; `*` is all. */
  readonly temporalStages: readonly string[];
  /** What may be given as `reasonCode` through Temporal, where free text would stay in the history. */
  readonly reasonCodes: readonly string[];
  /** Pushing the record to other systems. `pauseAfter`: ms of nothing but failures; `networks`: which may be called (`public`, `loopback`, `private`, `10.1.0.0/16`). */
  readonly push: { readonly pauseAfter: number; readonly networks: readonly string[] };
  /** Version of OCSF where a caller does not name one. */
  readonly exports: { readonly ocsf: '1.3.0' | '1.4.0' | '1.5.0' | '1.6.0' };
  /**
   * How long what is kept is kept; ms. `record`: a person's sealed values, after the last thing that happened to them; `inbox`: what HR sent
   * and nobody could work. `needed` of those with one of the roles `by` approve it once; until then nothing is destroyed.
   */
  readonly retention: { readonly record: number; readonly inbox: number; readonly needed: number; readonly by: readonly string[] };
  /** So many failed tries and a fact waits for an operator; trouble that passes counts for nothing. The pauses grow to five minutes. */
  readonly inbox: { readonly attempts: number };
  /** Ties an actor to an employee, so that nobody decides about themselves. */
  readonly actors: Readonly<Record<string, { readonly source: string; readonly employeeId: string }>>;
}

export interface StagePolicy {
  readonly stage: string;
  readonly needed: number;
  /** Roles; any actor with one of them may decide. */
  readonly by: readonly string[];
}

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
/** A leap year's: what is kept for years is never kept for less. */
const YEAR = 366 * DAY;

/** Who sees a legal matter coming first is rarely who runs the phones; `legal` is there to be given to counsel. */
const HOLDERS = ['legal', 'auditor', 'operator'];

export const defaultPolicy: Policy = {
  version: 'default',
  hold: 72 * HOUR, // Dialpad's own restore window (help.dialpad.com, "Manage Your Users")
  releaseSeat: 'suspend',
  purge: { after: 72 * HOUR, checkEvery: HOUR, overdue: DAY },
  acceptance: { deadline: 14 * DAY, remindEvery: 3 * DAY, pollEvery: 5 * 60_000 },
  lead: 2 * DAY,
  approvals: {
    leaver: [{ stage: 'leaver', needed: 1, by: ['approver'] }],
    'leaver-delete': [{ stage: 'delete', needed: 1, by: ['approver'] }],
    joiner: [],
    mover: [],
    number: [{ stage: 'number', needed: 1, by: ['approver'] }],
    'number-release': [{ stage: 'release', needed: 1, by: ['approver'] }],
    deadline: DAY,
  },
  checkpoints: { every: 60_000 },
  legalHold: { by: HOLDERS, approveBy: HOLDERS, confirmWithin: 3 * DAY },
  massChange: { count: 25, share: 0.05, window: HOUR },
  reservePool: true,
  keepNumbers: [],
  numbers: { readEvery: 6 * HOUR, suggestReleaseAfter: 90 * DAY },
  tasks: { pollEvery: 5 * 60_000 },
  push: { pauseAfter: 5 * DAY, networks: ['public', 'loopback'] },
  exports: { ocsf: '1.6.0' },
  retention: { record: 7 * YEAR, inbox: 90 * DAY, needed: 2, by: ['approver'] },
  inbox: { attempts: 12 },
  changedGroups: 'add',
  numberIncluded: ['talk', 'lite_lines', 'magenta_lines'],
  callCenterLicense: 'agents',
  unlicensedNumbers: 'refuse',
  e911: 'office',
  apiKeyOwner: null,
  unansweredLines: 'refuse',
  callerIdsLookedAt: 20,
  greetings: 'remove',
  neutralGreeting: null,
  timeZone: 'UTC',
  emailDomains: [],
  temporalStages: ['*'],
  reasonCodes: ['agreed', 'checked', 'wrong-person', 'wrong-date', 'came-back', 'not-needed', 'fixed', 'accepted-risk', 'other'],
  actors: {},
};
