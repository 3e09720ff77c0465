import type { Say } from '@handover/servers';
import { localOf } from './local.ts';

interface Item {
  readonly id: string;
  readonly kind: string;
  readonly phase: string;
  readonly attention: boolean;
  readonly waitingOn: string | null;
}

export const status = async (dataDir: string | undefined, json: boolean, say: Say): Promise<number> => {
  const local = localOf(dataDir);
  const answer = await fetch(`${local.api}/v1/cases?limit=200`, { headers: { authorization: `Bearer ${local.apiKeys.operator}` } });
  const { items } = (await answer.json()) as { items: readonly Item[] };
  if (json) {
    say(JSON.stringify({ api: local.api, temporalUi: local.temporalUi, cases: items }));
    return 0;
  }
  say(`API ${local.api}, Temporal UI ${local.temporalUi}`);
  if (items.length === 0) say('No cases yet.');
  for (const each of items)
    say(`  ${each.kind.padEnd(7)} ${each.id}  ${each.phase}${each.waitingOn ? `, waits for ${each.waitingOn}` : ''}${each.attention ? '  !' : ''}`);

  return 0;
};
