import { ConfigError, loadSecretFile, type WorkerEnv } from '@handover/config';
import type { Network } from '@handover/webhook-delivery';
import type { DataSource } from 'typeorm';
import type { Anchor } from './anchoring.ts';
import { fileAnchor } from './file-anchor.ts';
import { webhookAnchor } from './webhook-anchor.ts';

export { startAnchoring, type Anchor } from './anchoring.ts';
export { fileAnchor, webhookAnchor };

/** The outside anchors that the environment names. @throws ConfigError. */
export const anchorsOf = (
  dataSource: DataSource,
  env: Pick<WorkerEnv, 'HANDOVER_CHECKPOINT_FILE' | 'HANDOVER_CHECKPOINT_WEBHOOK' | 'HANDOVER_CHECKPOINT_WEBHOOK_SECRET_FILE'>,
  networks: readonly Network[],
): readonly Anchor[] => {
  const { HANDOVER_CHECKPOINT_FILE: file, HANDOVER_CHECKPOINT_WEBHOOK: url, HANDOVER_CHECKPOINT_WEBHOOK_SECRET_FILE: secretFile } = env;
  if (url !== undefined && secretFile === undefined)
    throw new ConfigError('HANDOVER_CHECKPOINT_WEBHOOK is set, so HANDOVER_CHECKPOINT_WEBHOOK_SECRET_FILE must name a file with a whsec_ secret');

  return [
    ...(file === undefined ? [] : [fileAnchor(dataSource, file)]),
    ...(url === undefined || secretFile === undefined ? [] : [webhookAnchor(dataSource, { url, secret: loadSecretFile(secretFile), networks })]),
  ];
};
