import type { Channel } from '@handover/event-store';

/** Who causes a command, and how it can be told from its own repetition. */
export interface By {
  readonly actor: string;
  readonly onBehalfOf?: string;
  readonly channel: Channel;
  /** Event ids are derived from it: the same command, repeated, derives the same ids. */
  readonly commandId: string;
  readonly cause?: string;
  readonly workflowId?: string;
  readonly runId?: string;
  readonly attempt?: number;
  /** The case's own workflow asks and hears the answer; nobody has to signal it. */
  readonly fromWorkflow?: boolean;
}

export const systemBy = (commandId: string, more: Partial<By> = {}): By => ({ actor: 'system', channel: 'system', commandId, ...more });
