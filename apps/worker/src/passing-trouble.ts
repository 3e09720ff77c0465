import { isConnectorError } from '@handover/connector-kit';
import { EventStoreError } from '@handover/event-store';
import { MasterKeyError } from '@handover/privacy';

/**
 * Classes of SQLSTATE that tell of the database and not of what was asked: connection, login, rollback, rights and what is missing
 * in the schema (our statements have no value in their text), resources, locks, shutdown, system.
 */
const SQL_CLASSES = /^(08|25|28|40|42|53|55|57|58)[0-9A-Z]{3}$/;
const NETWORK = ['ECONNREFUSED', 'ECONNRESET', 'EPIPE', 'ETIMEDOUT', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH'];
/** What the database driver says without a code. */
const UNCODED = /Connection terminated|timeout exceeded when trying to connect|connection error|not queryable|not established|after calling end/i;

/** The error of the driver, where TypeORM wraps it; a code of its own is a stable part of an error of ours. */
const coded = (error: unknown): string | null => {
  const { code, driverError } = (error ?? {}) as { readonly code?: unknown; readonly driverError?: { readonly code?: unknown } };
  const found = driverError?.code ?? code;
  return typeof found === 'string' && /^[\w.-]{1,64}$/.test(found) ? found : null;
};

/** A neighbour is away, an installation waits to be mended, or somebody was faster: it passes, and says nothing about what was being worked. */
export const isPassing = (error: unknown): boolean => {
  if (isConnectorError(error)) return ['unavailable', 'throttled'].includes(error.kind);
  if (error instanceof EventStoreError) return error.code === 'conflict';
  if (error instanceof MasterKeyError) return true;
  const code = coded(error) ?? '';

  return SQL_CLASSES.test(code) || NETWORK.includes(code) || UNCODED.test(String((error as Partial<Error> | null)?.message));
};

/** What may be shown of an error: its code, else its class; a message may quote personal values. */
export const codeOf = (error: unknown): string => coded(error) ?? (error instanceof Error ? error.name : 'unknown');
