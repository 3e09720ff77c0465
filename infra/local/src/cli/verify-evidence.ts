import { verifyPack, type EvidencePack, type KnownKeys } from '@handover/evidence';
import { StartError, type Say } from '@handover/servers';
import { readFile } from './local.ts';

/** One case, for somebody who has nothing but its pack and the keys. */
export const verifyEvidence = (file: string, keysFile: string | undefined, json: boolean, say: Say): number => {
  if (keysFile === undefined)
    throw new StartError('a pack is verified with public keys that were kept elsewhere: --keys FILE (the answer of GET /v1/audit/checkpoints)');
  const pack = packIn(file);
  const { events, related, faults } = verifyPack(pack, knownIn(keysFile));
  if (json) say(JSON.stringify({ events, related, faults }));
  else {
    say(`${events} events of the ${pack.case.kind} case ${pack.case.id}, and ${related} of the person`);
    for (const { version, what } of faults.slice(0, 50)) say(`  ${version === null ? '' : `event ${version}: `}${what}`);
    say(
      faults.length === 0
        ? 'Every event is unchanged, complete from the first, and under the signed checkpoint; what can be read says what they say, and all of it is signed.'
        : 'The pack is not what was signed.',
    );
  }
  return faults.length === 0 ? 0 : 1;
};

const packIn = (file: string): EvidencePack => {
  const pack = parsed(file) as EvidencePack | null;
  if (pack?.kind !== 'handover-evidence') throw new StartError(`the file ${file} is no evidence pack (GET /v1/cases/{id}/evidence)`);
  if (pack.version !== 2) throw new StartError(`the file ${file} is an evidence pack of version ${String(pack.version)}; this verifier knows version 2`);
  return pack;
};

const knownIn = (file: string): KnownKeys => {
  const { keys, packKeys } = (parsed(file) ?? {}) as Partial<KnownKeys>;
  if (!Array.isArray(keys)) throw new StartError(`the file ${file} is no JSON with keys`);
  return { keys, packKeys: Array.isArray(packKeys) ? packKeys : [] };
};

const parsed = (file: string): unknown => {
  const text = readFile(file);
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return null;
  }
};
