import type { CaseDetail, TimelineEntry } from '@handover/contracts';
import type { Say } from '@handover/servers';
import type { Company } from './company.ts';

/** Prints a case's audit trail as it grows, and waits for things to come about in it. */
export class Trail {
  #printed = 0;
  #detail: CaseDetail | null = null;

  constructor(
    private readonly company: Company,
    readonly caseId: string,
    private readonly say: Say,
  ) {}

  get entries(): number {
    return this.#printed;
  }

  async look(): Promise<CaseDetail> {
    const { items } = await this.company.api<{ items: TimelineEntry[] }>('auditor', `/v1/cases/${this.caseId}/timeline`);
    for (const entry of items.slice(this.#printed)) this.#print(entry);
    this.#printed = Math.max(this.#printed, items.length);
    this.#detail = await this.company.api<CaseDetail>('operator', `/v1/cases/${this.caseId}`);

    return this.#detail;
  }

  /** @throws Error with the reason in one line when the case gets stuck, ends otherwise, or takes too long. */
  async until(what: string, holds: (detail: CaseDetail) => boolean, withinMs = 60_000): Promise<CaseDetail> {
    for (const deadline = Date.now() + withinMs; ;) {
      const detail = await this.look();
      if (holds(detail)) return detail;
      const stuck = detail.plan?.steps.find((step) => step.state === 'blocked' || step.state === 'contradicted');
      if (stuck) throw new Error(`step ${stuck.id} of the ${detail.kind} is ${stuck.state}: ${stuck.reason}`);
      if (detail.outcome !== null) throw new Error(`the ${detail.kind} ended as ${detail.phase} (${detail.outcome}) before ${what}`);
      if (Date.now() > deadline)
        throw new Error(
          `${what} did not come about within ${withinMs / 1000} s; the ${detail.kind} is ${detail.phase}, and waits for ${detail.waitsFor.map((each) => each.what).join(', ') || 'nobody'}`,
        );
      await new Promise((resolve) => setTimeout(resolve, 250));
    }
  }

  #print(entry: TimelineEntry): void {
    const who = entry.actor === 'system' ? 'handover' : entry.actor;
    const evidence =
      entry.evidence && Object.keys(entry.evidence).length > 0 ? `\n${' '.repeat(34)}evidence ${JSON.stringify(entry.evidence).slice(0, 150)}` : '';
    this.say(`  ${entry.at.slice(11, 23)}  ${`${who} (${entry.channel})`.padEnd(20)} ${entry.summary}${evidence}`);
  }
}
