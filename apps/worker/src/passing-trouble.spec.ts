import { describe, expect, it } from '@jest/globals';
import { ConnectorError } from '@handover/connector-kit';
import { EventStoreError } from '@handover/event-store';
import { MasterKeyError } from '@handover/privacy';
import { codeOf, isPassing } from './passing-trouble.ts';

const coded = (code: string, message = 'of the driver'): Error => Object.assign(new Error(message), { code });

describe('trouble', () => {
  it.each([
    ['the database is shutting down', coded('57P01')],
    ['nobody listens there', coded('ECONNREFUSED')],
    ['the driver lost its connection', new Error('Connection terminated unexpectedly')],
    ['TypeORM says what its driver said', Object.assign(new Error('query failed'), { driverError: { code: '08006' } })],
    ['a commit found the disk full', coded('53100', 'no space left')],
    ['somebody was faster, again and again', new EventStoreError('conflict', 'person/1')],
    ['a right or a table is missing, which no fact can be the cause of', coded('42501', 'permission denied for function append_all')],
    ['the password of the database is another one', coded('28P01', 'password authentication failed')],
    ['the KMS is away', new MasterKeyError('unavailable', 'the KMS cannot be reached')],
    ['the file of master keys lacks one, for everybody', new MasterKeyError('unknown', 'the master key mk-1 is not configured')],
    ['Dialpad is away', new ConnectorError({ kind: 'unavailable', operation: 'GET /offices', code: 'http-500', ambiguous: false })],
  ])('passes: %s', (_says, error) => {
    expect(isPassing(error)).toBe(true);
  });

  it.each([
    ['what was sent breaks a rule of the database', coded('22P05', 'unsupported Unicode escape sequence')],
    ['what was sent cannot be opened', coded('ERR_CRYPTO_INVALID_TAG')],
    ['a mistake of ours', new TypeError('x is not a function')],
    ['the person is erased', new EventStoreError('erased', 'person/1')],
    ['nothing at all was said', undefined],
  ])('stays: %s', (_says, error) => {
    expect(isPassing(error)).toBe(false);
  });

  it('is named by a code or a class, never by its words', () => {
    expect(codeOf(coded('22P05', 'Key (email)=(nora@example.com)'))).toBe('22P05');
    expect(codeOf(new TypeError('nora@example.com'))).toBe('TypeError');
    expect(codeOf(coded('nora@example.com'))).toBe('Error');
  });
});
