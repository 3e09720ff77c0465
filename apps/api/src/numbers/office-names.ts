import type { Dialpad } from '@handover/connector-dialpad';

const KEPT_MS = 10 * 60_000;

/** Names of Dialpad's offices; while Dialpad cannot be read the last known ones, or none. */
export class OfficeNames {
  private known: Promise<ReadonlyMap<string, string>> | null = null;
  private until = 0;

  constructor(private readonly dialpad: Pick<Dialpad, 'offices'>) {}

  async all(): Promise<ReadonlyMap<string, string>> {
    if (this.known === null || Date.now() > this.until) {
      const before = this.known;
      this.until = Date.now() + KEPT_MS;
      this.known = this.dialpad
        .offices()
        .then((offices) => new Map(offices.map((office) => [office.id, office.name])))
        .catch(() => {
          this.until = 0;
          return before ?? new Map<string, string>();
        });
    }
    return this.known;
  }

  /** The id of an office by its id or its name; null when no office is called that. */
  async idOf(nameOrId: string): Promise<string | null> {
    const all = await this.all();
    return all.has(nameOrId) ? nameOrId : ([...all].find(([, name]) => name === nameOrId)?.[0] ?? null);
  }
}
