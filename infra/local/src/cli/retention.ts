import { StartError, type Say } from '@handover/servers';
import { localOf } from './local.ts';

interface Preview {
  readonly policy: {
    readonly hash: string;
    readonly record: string;
    readonly inbox: string;
    readonly needed: number;
    readonly approvedBy: readonly string[];
    readonly approved: boolean;
  };
  readonly silent: number;
  readonly persons: readonly { readonly personRef: string; readonly lastAt: string; readonly keptBecause: string | null }[];
  readonly erasable: number;
  readonly keysAlive: number;
  readonly numberCases: number;
  readonly inboxBodies: number;
  readonly idempotencyKeys: number;
}

/** Shows; the running instance does it by itself once a day, when it is approved. */
export const retention = async (
  dataDir: string | undefined,
  { dryRun, json }: { readonly dryRun: boolean; readonly json: boolean },
  say: Say,
): Promise<number> => {
  if (!dryRun)
    throw new StartError('retention is applied once a day by the running instance, once it is approved; to see what it would do: retention --dry-run');
  const local = localOf(dataDir);
  const answer = await fetch(`${local.api}/v1/audit/retention/preview`, { headers: { authorization: `Bearer ${local.apiKeys.auditor}` } });
  const preview = (await answer.json()) as Preview;
  if (answer.status !== 200) throw new StartError(`the instance answered ${answer.status}: ${(preview as unknown as { detail?: string }).detail ?? ''}`);
  if (json) say(JSON.stringify(preview));
  else {
    const { policy } = preview;
    say(
      `Record ${policy.record}, inbox ${policy.inbox}; ${policy.approved ? 'approved' : `not approved yet (${policy.approvedBy.length} of ${policy.needed}): nothing is let go`}`,
    );
    say(
      `${preview.keysAlive} persons can be read; of ${preview.silent} nothing was heard for ${policy.record}, and of the ${preview.persons.length} longest silent ${preview.erasable} would be let go`,
    );
    for (const each of preview.persons) say(`  ${each.personRef}  ${each.lastAt}  ${each.keptBecause ?? 'would be let go'}`);
    say(`What people wrote in ${preview.numberCases} closed cases about numbers would not be readable any more`);
    say(`${preview.inboxBodies} bodies of webhooks and ${preview.idempotencyKeys} kept answers would be deleted`);
  }
  return 0;
};
