import { createHash } from 'node:crypto';
import type { Plan } from '@handover/case';
import { canonicalJson, type Json } from '@handover/event-store';

/** What an approver decides on: steps, targets with their successors, stages and the policy; not dates, not outcomes. */
export const hashOf = (plan: Omit<Plan, 'hash'>): string =>
  createHash('sha256')
    .update(canonicalJson({ steps: plan.steps, stages: plan.stages, policyVersion: plan.policyVersion } as unknown as Json))
    .digest('hex');
