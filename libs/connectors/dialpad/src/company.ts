import type { Api } from './api.ts';
import { ensure } from './ensure.ts';
import type { Address, Company, Ensured, Licences, Office, OfficePlan, SeatKind, Seats } from './types.ts';
import { addressBody, isSameAddress } from './user-settings.ts';
import { address, company, licences, office, offDuty, officePlan as officePlanShape } from './wire/company.ts';

/** Licences that take a seat of another counter than `talk` (descriptions of the enum in Dialpad's API description). */
const COUNTERS: Readonly<Record<string, SeatKind>> = { agents: 'sell', lite_support_agents: 'contactCenter' };

export const companyApi = (api: Api) => {
  const availableLicences = (officeId: string): Promise<Licences> => api.get(licences, '/offices/{office_id}/available_licenses', { office_id: officeId });
  const officePlan = (officeId: string): Promise<OfficePlan> => api.get(officePlanShape, '/offices/{office_id}/plan', { office_id: officeId });
  const readOfficeE911 = (id: string): Promise<Address | null> => api.get(address, '/offices/{id}/e911', { id });

  return {
    company: (): Promise<Company> => api.get(company, '/company'),
    offices: (): Promise<readonly Office[]> => api.list(office, '/offices'),
    office: (id: string): Promise<Office | null> => api.find(office, '/offices/{id}', { id }),
    primaryOffice: (): Promise<Office | null> => api.find(office, '/offices/primary'),
    /** Bought and not given to anybody, per office. A snapshot: Dialpad has no reservation. */
    freeSeats: async (officeId: string): Promise<Seats> => seatsIn(await availableLicences(officeId)),
    /** Every counter of it. */
    availableLicences,
    /** Bought licences, used or not, and when they are billed next. */
    officePlan,
    /** Bought, used or not, of the counters that users take seats from. */
    seatsBought: async (officeId: string): Promise<Seats> => seatsIn(await officePlan(officeId)),
    /** The reasons that operators of an office can give for being off duty. */
    offDutyStatuses: (officeId: string): Promise<readonly string[]> => api.get(offDuty, '/offices/{id}/offdutystatuses', { id: officeId }),
    readOfficeE911,
    /** Of the office alone; its people keep theirs. */
    setOfficeE911: (id: string, wanted: Address): Promise<Ensured> =>
      ensure({
        isSo: async () => isSameAddress(await readOfficeE911(id), wanted),
        write: () => api.write('PUT', '/offices/{id}/e911', { id }, addressBody(wanted, { update_all: false, use_validated_option: true })),
      }),
    seatKindOf: (license: string): SeatKind => COUNTERS[license] ?? 'talk',
  };
};

const seatsIn = ({ talk, sell, contactCenter, additionalNumber }: Licences): Seats => ({ talk, sell, contactCenter, additionalNumber });
