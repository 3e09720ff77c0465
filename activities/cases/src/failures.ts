import { RuleViolation } from '@handover/case';
import { EventStoreError } from '@handover/event-store';
import { ApplicationFailure } from '@temporalio/common';

/**
 * What reaches Temporal of an error: a type and our own words. A foreign message may quote a name, a mail or a number, and
 * a history keeps what it is told.
 */
export const failing = async <T>(doing: () => Promise<T>): Promise<T> => {
  try {
    return await doing();
  } catch (error) {
    throw failureOf(error);
  }
};

export const failureOf = (error: unknown): Error => {
  if (error instanceof ApplicationFailure) return error;
  if (error instanceof RuleViolation) return ApplicationFailure.create({ type: `rule.${error.code}`, message: error.message, nonRetryable: true });
  if (error instanceof EventStoreError)
    return ApplicationFailure.create({ type: `store.${error.code}`, message: 'the record could not be written; it will be tried again' });
  const name = error instanceof Error ? error.name : typeof error;
  const code = error instanceof Error && 'code' in error && typeof error.code === 'string' ? ` (${error.code})` : '';

  return ApplicationFailure.create({ type: 'unexpected', message: `${name}${code}; see the worker's log` });
};
