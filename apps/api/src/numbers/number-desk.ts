import type { AccessReads } from '@handover/audit-feed';
import { claimOnNumber, type CompanyState, type NumberTarget, type NumberTerms, type Policy } from '@handover/case';
import { openNumberCase, type Cases, type Company, type Numbers, type Persons } from '@handover/case-service';
import type { CaseDetail, ChangeNumber, NumberDetail, NumberItem } from '@handover/contracts';
import { isConnectorError } from '@handover/connector-kit';
import type { Dialpad } from '@handover/connector-dialpad';
import type { EventStore } from '@handover/event-store';
import type { IdempotencyKeys, People } from '@handover/event-store-postgres';
import { planTheNumber } from '@handover/planning';
import { BadCursor, findNumber, findNumbers, historyOf, lastPersonOf, type KnownNumber } from '@handover/read-models-postgres';
import type { DataSource } from 'typeorm';
import { mayName, type CaseDesk } from '../cases/case-desk.ts';
import type { Caller } from '../http/auth.ts';
import { byOf } from '../http/by.ts';
import { once, type Answered } from '../http/once.ts';
import { Problem, refusal } from '../http/problem.ts';
import { OfficeNames } from './office-names.ts';
import { numberItem, numberLine, type Claimed } from './number-shapes.ts';

export interface NumberDeskDeps {
  readonly dataSource: DataSource;
  readonly store: EventStore;
  readonly cases: Cases;
  readonly company: Company;
  readonly numbers: Numbers;
  readonly persons: Persons;
  readonly people: People;
  readonly idempotency: IdempotencyKeys;
  readonly dialpad: Dialpad;
  readonly policy: Policy;
  readonly desk: CaseDesk;
  readonly access: Pick<AccessReads, 'noteHourly'>;
  readonly indexOf: (source: string, employeeId: string) => Promise<string>;
  /** ISO instant. */
  readonly now: () => string;
  readonly newId: () => string;
}

type Change = { readonly e164: string; readonly action: 'reassign' | 'release'; readonly body: ChangeNumber & { readonly to?: TargetSaid } };
type TargetSaid =
  { readonly employeeId: string; readonly source?: string | undefined } | { readonly [kind in 'department' | 'callcenter' | 'office']?: string | undefined };

/** What callers ask about the company's numbers. No rule is here. */
export class NumberDesk {
  private readonly offices: OfficeNames;

  constructor(private readonly deps: NumberDeskDeps) {
    this.offices = new OfficeNames(deps.dialpad);
  }

  async list(
    filter: { readonly status?: string | undefined; readonly office?: string | undefined },
    page: { readonly cursor?: string | undefined; readonly limit: number },
  ): Promise<{ items: NumberItem[]; cursor?: string }> {
    const officeId = filter.office === undefined ? undefined : await this.offices.idOf(filter.office);
    if (officeId === null) throw new Problem(404, 'office.unknown', 'no Dialpad office has this name or id');
    const status = filter.status === 'reserved' ? 'available' : filter.status;
    const found = await findNumbers(this.deps.dataSource, { status, officeId }, { after: readCursor(page.cursor), limit: page.limit + 1 });
    const items = await this.shown(found.slice(0, page.limit));
    const last = items[items.length - 1];

    return { items, ...(found.length > page.limit && last ? { cursor: Buffer.from(last.number).toString('base64url') } : {}) };
  }

  async detail(e164: string, caller: Caller): Promise<NumberDetail> {
    const known = await findNumber(this.deps.dataSource, e164);
    const dialpad = await this.inDialpad(e164);
    if (!known && (dialpad === null || dialpad.status === 'released'))
      throw new Problem(404, 'number.unknown', 'neither the record nor Dialpad knows this number');
    if (mayName(caller)) await this.deps.access.noteHourly({ actor: caller.actor, what: 'number.read', detail: { number: e164 } });
    const [history, cases, offices] = await Promise.all([
      historyOf(this.deps.dataSource, e164),
      this.deps.desk.list({ number: e164 }, { limit: 50 }),
      this.offices.all(),
    ]);
    const names = await this.deps.desk.namesOf(
      history.flatMap(({ fromPerson, toPerson }) => [fromPerson, toPerson]),
      caller,
    );
    const [item] = known ? await this.shown([known]) : [];

    return {
      number: e164,
      known: item ?? null,
      dialpad,
      history: history.map((entry) => numberLine(entry, offices, names)),
      cases: cases.items.map(({ id, kind, phase }) => ({ id, kind, phase })),
    };
  }

  /** Reads Dialpad's list now instead of at the next look. */
  async read(caller: Caller): Promise<{ numbers: number; changed: number }> {
    const readAt = this.deps.now();
    const found = await this.deps.dialpad.numbers();
    const { changed } = await this.deps.numbers.record(readAt, found, byOf(caller, this.deps.newId()));

    return { numbers: found.length, changed };
  }

  /** Opens a case; nothing is changed before it is approved. */
  change(change: Change, caller: Caller, key: string | undefined): Promise<Answered<CaseDetail>> {
    if (key === undefined) return this.open(change, caller, this.deps.newId());
    return once(
      this.deps.idempotency,
      { actor: caller.actor, key, request: change },
      (id) => this.open(change, caller, id),
      (body) => ({ body, personRef: null }),
    );
  }

  private async open({ e164, action, body }: Change, caller: Caller, caseId: string): Promise<Answered<CaseDetail>> {
    if (await this.deps.cases.load(caseId)) return { status: 201, body: await this.deps.desk.detail(caseId, caller) };
    const terms: NumberTerms = { kind: 'number', number: e164, action, to: body.to === undefined ? null : await this.targetOf(body.to) };
    const { dataSource, store, company, now } = this.deps;
    const planning = { ...this.deps, lastPersonOf: (number: string) => lastPersonOf(dataSource, number) };
    const planned = await planTheNumber(planning, terms).catch(dialpadIsAway);
    if (planned.kind === 'blocked') throw new Problem(statusOf(planned.code), planned.code, planned.detail);

    const wanted = { caseId, terms, plan: planned.plan, office: planned.office, reason: body.reason, now: now() };
    const opened = await openNumberCase(store, company, wanted, byOf(caller, caseId));
    if (opened.refusal) throw refusal({ code: 'number.promised', message: 'the number is withheld for, or promised to, another case' });

    return { status: 201, body: await this.deps.desk.detail(caseId, caller) };
  }

  private async targetOf(to: TargetSaid): Promise<NumberTarget> {
    if ('employeeId' in to) {
      const personRef = await this.deps.people.find(await this.deps.indexOf(to.source ?? 'generic', to.employeeId));
      if (personRef === null)
        throw new Problem(422, 'target.unknown', 'this source never told us about this employee', [{ pointer: '/to/employeeId', detail: 'unknown' }]);
      return { kind: 'person', personRef };
    }
    const [kind, name] = Object.entries(to).find((entry): entry is ['department' | 'callcenter' | 'office', string] => entry[1] !== undefined) ?? [
      'office',
      '',
    ];
    return { kind, name };
  }

  private async inDialpad(e164: string): Promise<NumberDetail['dialpad']> {
    const now = await this.deps.dialpad.readNumber(e164).catch((error: unknown) => (isConnectorError(error) ? 'away' : Promise.reject(error as Error)));
    if (now === 'away') return null;
    const holder = now === null || now.targetType === null || now.targetId === null ? null : { type: now.targetType, id: now.targetId };
    return { status: now?.status ?? 'released', holder, readAt: this.deps.now() };
  }

  private async shown(found: readonly KnownNumber[]): Promise<NumberItem[]> {
    const [company, offices] = await Promise.all([this.deps.company.state(), this.offices.all()]);
    const { policy, now } = this.deps;
    return Promise.all(found.map(async (known) => numberItem(known, { offices, policy, now: now(), claimed: await this.claimed(company, known.number) })));
  }

  /** Whose number it is to be, or for whom it is withheld until when. */
  private async claimed(company: CompanyState, number: string): Promise<Claimed | null> {
    const claim = claimOnNumber(company, number, null);
    if (!claim) return null;
    const state = (await this.deps.cases.load(claim.caseId))?.state;
    return {
      caseId: claim.caseId,
      kind: state?.kind ?? 'unknown',
      withheld: claim.withheld,
      personRef: state?.personRef ?? null,
      until: claim.withheld ? (state?.holdUntil ?? null) : null,
    };
  }
}

const readCursor = (cursor: string | undefined): string | undefined => {
  if (cursor === undefined) return undefined;
  const number = Buffer.from(cursor, 'base64url').toString('utf8');
  if (!/^\+\d{3,15}$/.test(number)) throw new BadCursor('the cursor is not one of ours');
  return number;
};

/** What the caller named does not exist, or what is asked for cannot be now. */
const statusOf = (code: string): number => (code === 'number.unknown' ? 404 : code.startsWith('target.') ? 422 : 409);

const dialpadIsAway = (error: unknown): never => {
  if (!isConnectorError(error)) throw error;
  throw new Problem(503, 'dialpad.unavailable', 'Dialpad could not be read; ask again in a moment', [], { 'retry-after': '5' });
};
