import type { Api } from './api.ts';
import type { Office, SeatKind, Seats } from './types.ts';
import { company, office, seats } from './wire.ts';

/** Licences that take a seat of another counter than `talk` (descriptions of the enum in Dialpad's API description). */
const COUNTERS: Readonly<Record<string, SeatKind>> = { agents: 'sell', lite_support_agents: 'contactCenter' };

export const companyApi = (api: Api) => ({
  company: async (): Promise<{ readonly domain: string | null }> => ({ domain: (await api.get(company, '/company')).domain }),
  offices: (): Promise<readonly Office[]> => api.list(office, '/offices'),
  office: (id: string): Promise<Office | null> => api.find(office, '/offices/{id}', { id }),
  /** Bought and not given to anybody, per office. A snapshot: Dialpad has no reservation. */
  freeSeats: (officeId: string): Promise<Seats> => api.get(seats, '/offices/{office_id}/available_licenses', { office_id: officeId }),
  seatKindOf: (license: string): SeatKind => COUNTERS[license] ?? 'talk',
});
