import { Upcasters } from '@handover/event-store';

/**
 * Every shape that an event of ours ever had, and how it reads today. A changed shape gets an entry here and a saved event of
 * the old one in `test/src/replay/events`; nothing that is stored is ever rewritten.
 */
export const upcasters = new Upcasters([
  // Before holds were confirmed by a second person there was nothing to confirm, and no time for it.
  { type: 'LegalHoldPlaced', from: 1, up: (said) => ({ ...said, data: { confirmUntil: null, ...said.data } }) },
]);
