import { z } from 'zod';
import { instant, query } from './values.ts';

export const consistencyQuery = query({
  from: z.coerce.number('a size is a whole number').int().min(1),
  to: z.coerce.number('a size is a whole number').int().min(1).optional(),
});
export const position = z.coerce.number('a position is a whole number').int().nonnegative();

export const checkpoint = z.object({
  size: z.number().int(),
  keyId: z.string(),
  note: z.string().describe('C2SP tlog-checkpoint: a signed note'),
  at: instant,
});
const publicKey = z.object({ keyId: z.string(), origin: z.string(), publicKey: z.string().describe('base64 of the raw Ed25519 key') });
export const checkpointList = z
  .object({
    items: z.array(checkpoint),
    keys: z.array(
      z.object({
        keyId: z.string(),
        origin: z.string(),
        publicKey: z.string().describe('base64 of the raw Ed25519 key'),
        since: instant,
        statement: z.string().describe('a signed note: this key takes over, says the key before it'),
      }),
    ),
    packKeys: z.array(publicKey).describe('that evidence packs are signed with'),
  })
  .meta({ id: 'CheckpointList' });
export const inclusion = z
  .object({ position: z.number().int(), leaf: z.string(), proof: z.array(z.string()).describe('base64, from the leaf upwards'), checkpoint })
  .meta({ id: 'InclusionProof' });

export const consistency = z
  .object({
    from: z.object({ size: z.number().int(), root: z.string().describe('base64') }),
    to: checkpoint,
    proof: z.array(z.string()).describe('base64, as RFC 9162, 2.1.4'),
  })
  .meta({ id: 'ConsistencyProof' });
