import type { JsonObject } from './kernel.ts';

/** Licences of an office's counter that a case needs before it writes. */
export interface SeatNeed {
  readonly officeId: string;
  /** Counter of the office: `talk`, `sell`, `contactCenter` or `additionalNumber`. */
  readonly seat: string;
  readonly count: number;
}

export const seatTarget = ({ officeId, seat, count }: SeatNeed): JsonObject => ({ officeId, seat, ...(count === 1 ? {} : { count }) });

/** Sell and Support: who has one of them may be in a call center without another licence. */
export const isCallCenterLicense = (license: string): boolean => license === 'agents' || license === 'lite_support_agents';

/** Numbers beyond what the licence comes with; each needs an additional-number licence, or becomes a surprise on the bill. */
export const extraNumbers = (numbers: number, license: string, numberIncluded: readonly string[]): number =>
  Math.max(0, numbers - (numberIncluded.includes(license) ? 1 : 0));
