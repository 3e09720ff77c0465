import { AccessReads, RECORD_READ } from '@handover/audit-feed';
import * as contracts from '@handover/contracts';
import { checkpointKeys, checkpoints, consistencyOf, entriesAt, packKeys, proofOf, proofsAt, type KeptCheckpoint } from '@handover/event-store-postgres';
import { findAudit, type AuditEntry } from '@handover/read-models-postgres';
import type { LogEntry } from '@handover/record-proof';
import { Controller, Get, Inject, Param, Query } from '@nestjs/common';
import { ApiBearerAuth, ApiOperation, ApiResponse, ApiTags } from '@nestjs/swagger';
import type { DataSource } from 'typeorm';
import type { z } from 'zod';
import { By, Roles, type Caller } from '../http/auth.ts';
import { Problem } from '../http/problem.ts';
import { ACCESS_READS, DATA_SOURCE } from '../tokens.ts';
import { filterOf, saidFilter } from './filter.ts';

@ApiTags('audit')
@ApiBearerAuth()
@Roles('auditor')
@Controller('v1/audit')
export class AuditController {
  constructor(
    @Inject(DATA_SOURCE) private readonly dataSource: DataSource,
    @Inject(ACCESS_READS) private readonly access: AccessReads,
  ) {}

  @Get()
  @ApiOperation({
    summary: 'The record, newest first: who did what when, by case, person, actor, kind, channel, step, type and time',
    description:
      '`cursor` leads to the older ones, `newer` to the newer ones; both work for ever. With `proofs=true` each event comes with its proof. Who asked is recorded.',
  })
  @ApiResponse({ status: 200, standardSchema: contracts.auditList })
  @ApiResponse({ status: 400, standardSchema: contracts.problem })
  async list(
    @Query({ schema: contracts.auditQuery }) query: z.output<typeof contracts.auditQuery>,
    @By() caller: Caller,
  ): Promise<z.input<typeof contracts.auditList>> {
    const { limit } = query;
    const { newer, position } = readCursor(query.cursor);
    const found = await findAudit(this.dataSource, filterOf(query), { ...(newer ? { after: position } : { before: position }), limit: limit + 1 });
    const index = newer ? found.slice(0, limit).reverse() : found.slice(0, limit);
    const entries = await entriesAt(
      this.dataSource,
      index.map((each) => each.position),
    );
    if (index.some((each) => each.type !== RECORD_READ) || query.person !== undefined || query.caseId !== undefined)
      await this.access.note({ actor: caller.actor, what: 'audit.list', detail: { ...saidFilter(query), count: index.length } });

    const [first, last] = [index[0], index[index.length - 1]];
    const isMore = newer || found.length > limit; // from where somebody came there is more
    return {
      items: shownAll(index, entries),
      ...(last && isMore && last.position > 0 ? { cursor: String(last.position) } : {}),
      newer: `n${first?.position ?? (newer ? position : -1)}`,
      ...(query.proofs === 'true' ? await this.proved(index, entries) : {}),
    };
  }

  @Get('events/:position')
  @ApiOperation({ summary: 'One event of the record, whole, with its proof' })
  @ApiResponse({ status: 200, standardSchema: contracts.auditEvent })
  @ApiResponse({ status: 404, standardSchema: contracts.problem })
  async event(@Param('position', { schema: contracts.position }) position: number, @By() caller: Caller): Promise<z.input<typeof contracts.auditEvent>> {
    const [index, entries] = await Promise.all([findAudit(this.dataSource, {}, { after: position - 1, limit: 1 }), entriesAt(this.dataSource, [position])]);
    const [entry] = entries;
    if (!entry || index[0]?.position !== position)
      throw new Problem(404, 'position.unknown', 'the record has no event at this position yet; see handover-log-size of an export');
    if (entry.type !== RECORD_READ) await this.access.note({ actor: caller.actor, what: 'audit.event', detail: { position } });
    const { items, checkpoint } = await this.proved(index, entries);

    return { ...items[0]!, by: JSON.parse(Buffer.from(entry.meta).toString('utf8')) as Record<string, unknown>, sealed: entry.keyId !== null, checkpoint };
  }

  private async proved(index: readonly AuditEntry[], entries: readonly LogEntry[]) {
    const [checkpoint] = await checkpoints(this.dataSource, 1);
    const covered = entries.filter((entry) => checkpoint !== undefined && entry.position < checkpoint.size);
    const proofs = checkpoint
      ? await proofsAt(
          this.dataSource,
          covered.map((entry) => entry.position),
          checkpoint,
        )
      : null;
    const proofOfPosition = new Map(covered.map((entry, n) => [entry.position, (proofs?.proofs[n] ?? []).map(base64)]));

    return {
      items: shownAll(index, entries).map((item) => ({ ...item, proof: proofOfPosition.get(item.position) ?? null })),
      checkpoint: checkpoint ? shownCheckpoint(checkpoint) : null,
    };
  }

  @Get('checkpoints')
  @ApiOperation({
    summary: 'Signed checkpoints, newest first, and the keys they are signed with',
    description: 'Keep one outside: it is the only thing that shows a rewrite of everything.',
  })
  @ApiResponse({ status: 200, standardSchema: contracts.checkpointList })
  async checkpoints(): Promise<z.input<typeof contracts.checkpointList>> {
    const [items, keys, forPacks] = await Promise.all([checkpoints(this.dataSource), checkpointKeys(this.dataSource), packKeys(this.dataSource)]);
    return { items: items.map(shownCheckpoint), keys: [...keys], packKeys: [...forPacks] };
  }

  @Get('proofs/:position')
  @ApiOperation({ summary: 'Proof (RFC 9162) that the newest checkpoint covers the event at a position' })
  @ApiResponse({ status: 200, standardSchema: contracts.inclusion })
  async proof(@Param('position', { schema: contracts.position }) position: number): Promise<z.input<typeof contracts.inclusion>> {
    const found = await proofOf(this.dataSource, position);
    if (!found) throw new Problem(404, 'position.unknown', 'no checkpoint covers this position yet; ask again in some seconds');

    return { position, leaf: base64(found.leaf), proof: found.proof.map(base64), checkpoint: shownCheckpoint(found.checkpoint) };
  }

  @Get('consistency')
  @ApiOperation({
    summary: 'Proof (RFC 9162) that the log at an older size is the beginning of the log at a checkpoint, the newest unless `to` names one',
    description: '`from` is the size of a checkpoint you kept. Nothing was rewritten if the proof leads from its root to the root of `to`.',
  })
  @ApiResponse({ status: 200, standardSchema: contracts.consistency })
  async consistency(
    @Query({ schema: contracts.consistencyQuery }) query: z.output<typeof contracts.consistencyQuery>,
  ): Promise<z.input<typeof contracts.consistency>> {
    const found = await consistencyOf(this.dataSource, query);
    if (!found) throw new Problem(404, 'size.unknown', 'there is no checkpoint of size `to`, or `from` is over it; see /v1/audit/checkpoints');
    const { from, to, proof } = found;

    return { from: { size: from.size, root: base64(from.root) }, to: shownCheckpoint(to), proof: proof.map(base64) };
  }
}

const base64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64');

const shownCheckpoint = ({ size, keyId, note, at }: KeptCheckpoint): z.input<typeof contracts.inclusion>['checkpoint'] => ({ size, keyId, note, at });

/** A plain position is "older than"; `n` before it is "newer than". @throws Problem 400 */
const readCursor = (cursor: string | undefined): { readonly newer: boolean; readonly position: number } => {
  if (cursor === undefined) return { newer: false, position: Number.MAX_SAFE_INTEGER };
  const [, newer, position] = /^(n?)(-1|\d{1,15})$/.exec(cursor) ?? [];
  if (position === undefined) throw new Problem(400, 'cursor.bad', 'the cursor is not one of ours: use the one of the page before, or none');
  return { newer: newer === 'n', position: Number(position) };
};

const shownAll = (index: readonly AuditEntry[], entries: readonly LogEntry[]) => {
  const byPosition = new Map(entries.map((entry) => [entry.position, entry]));
  return index.flatMap((known) => {
    const entry = byPosition.get(known.position);
    return entry ? [shown(known, entry)] : [];
  });
};

const shown = (known: AuditEntry, entry: LogEntry) => ({
  position: entry.position,
  eventId: entry.eventId,
  stream: entry.stream,
  version: entry.version,
  at: entry.recordedAt,
  type: entry.type,
  actor: known.actor,
  onBehalfOf: known.onBehalfOf,
  channel: known.channel,
  caseId: known.caseId,
  kind: known.kind,
  person: known.personRef,
  step: known.step,
  data: JSON.parse(Buffer.from(entry.body).toString('utf8')) as Record<string, unknown>,
  hash: Buffer.from(entry.hash).toString('hex'),
});
