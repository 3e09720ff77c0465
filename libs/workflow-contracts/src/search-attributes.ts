import { defineSearchAttributeKey } from '@temporalio/common';

/** Unencrypted and visible to everybody who may open the Temporal UI: states and opaque ids only. */
export const searchAttributes = {
  kind: defineSearchAttributeKey<'KEYWORD'>('HandoverKind', 'KEYWORD'),
  phase: defineSearchAttributeKey<'KEYWORD'>('HandoverPhase', 'KEYWORD'),
  waitingOn: defineSearchAttributeKey<'KEYWORD'>('HandoverWaitingOn', 'KEYWORD'),
  person: defineSearchAttributeKey<'KEYWORD'>('HandoverPerson', 'KEYWORD'),
  office: defineSearchAttributeKey<'KEYWORD'>('HandoverOffice', 'KEYWORD'),
  due: defineSearchAttributeKey<'DATETIME'>('HandoverDue', 'DATETIME'),
  needsAttention: defineSearchAttributeKey<'BOOL'>('HandoverNeedsAttention', 'BOOL'),
} as const;
