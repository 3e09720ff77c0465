import type { AuditFilter } from '@handover/read-models-postgres';
import type * as contracts from '@handover/contracts';
import type { z } from 'zod';

export const filterOf = ({ caseId, person, actor, onBehalfOf, kind, type, channel, step, from, to }: z.output<typeof contracts.auditFilter>): AuditFilter => ({
  caseId,
  personRef: person,
  actor,
  onBehalfOf,
  kind,
  type,
  channel,
  step,
  from,
  to,
});

/** What was asked by, for the record of who asked; ids and codes only. */
export const saidFilter = (query: z.output<typeof contracts.auditFilter>): Record<string, string> =>
  Object.fromEntries(
    Object.entries(filterOf(query)).flatMap(([name, value]) => (value === undefined ? [] : [[name === 'personRef' ? 'person' : name, String(value)]])),
  );
