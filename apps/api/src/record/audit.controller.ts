import * as contracts from '@handover/contracts';
import {
  checkpointKeys,
  checkpoints,
  consistencyOf,
  followLog,
  lookBack,
  packKeys,
  proofOf,
  type KeptCheckpoint,
  type LogFilter,
} from '@handover/event-store-postgres';
import { writeEntry, type LogEntry } from '@handover/record-proof';
import { Controller, Get, Inject, Param, Query, Res } from '@nestjs/common';
import { ApiBearerAuth, ApiOperation, ApiProduces, ApiResponse, ApiTags } from '@nestjs/swagger';
import type { Response } from 'express';
import type { DataSource } from 'typeorm';
import type { z } from 'zod';
import { Roles } from '../http/auth.ts';
import { Problem } from '../http/problem.ts';
import { DATA_SOURCE } from '../tokens.ts';
import { csvLine, CSV_HEADER } from './csv.ts';

const EXPORT_AT_ONCE = 1_000;

@ApiTags('audit')
@ApiBearerAuth()
@Roles('auditor')
@Controller('v1/audit')
export class AuditController {
  constructor(@Inject(DATA_SOURCE) private readonly dataSource: DataSource) {}

  @Get()
  @ApiOperation({ summary: 'The record, newest first: who did what when, with the hash of each event' })
  @ApiResponse({ status: 200, standardSchema: contracts.auditList })
  async list(@Query({ schema: contracts.auditQuery }) query: z.output<typeof contracts.auditQuery>): Promise<z.input<typeof contracts.auditList>> {
    const { cursor, limit } = query;
    if (cursor !== undefined && !/^\d{1,15}$/.test(cursor))
      throw new Problem(400, 'cursor.bad', 'the cursor is not one of ours: use the one of the page before, or none');
    const found = await lookBack(this.dataSource, {
      ...filterOf(query),
      before: cursor === undefined ? Number.MAX_SAFE_INTEGER : Number(cursor),
      limit: limit + 1,
    });
    const items = found.slice(0, limit).map(shown);
    const last = items[items.length - 1];

    return found.length > limit && last ? { items, cursor: String(last.position) } : { items };
  }

  @Get('export')
  @ApiOperation({
    summary: 'The record in log order, as a stream: NDJSON (verifiable without us) or CSV',
    description: 'Without filters an NDJSON export is the whole log, and `npm run handover -- verify --export FILE` proves it with the public keys alone.',
  })
  @ApiProduces('application/x-ndjson', 'text/csv')
  async export(@Query({ schema: contracts.auditExportQuery }) query: z.output<typeof contracts.auditExportQuery>, @Res() response: Response): Promise<void> {
    const isCsv = query.format === 'csv';
    response.setHeader('content-type', isCsv ? 'text/csv; charset=utf-8' : 'application/x-ndjson');
    response.setHeader('content-disposition', `attachment; filename="handover-record.${isCsv ? 'csv' : 'ndjson'}"`);
    if (isCsv) response.write(CSV_HEADER);
    for (let after = -1; ;) {
      const entries = await followLog(this.dataSource, { ...filterOf(query), after, limit: EXPORT_AT_ONCE });
      const last = entries[entries.length - 1];
      if (!last || response.destroyed) break;
      after = last.position;
      const text = entries.map((entry) => (isCsv ? csvLine(entry) : `${writeEntry(entry)}\n`)).join('');
      // A slow reader is waited for: the whole log must not pile up in memory.
      if (!response.write(text)) await new Promise((resolve) => response.once('drain', resolve).once('close', resolve));
    }
    response.end();
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

const filterOf = ({ caseId, person, actor, type, from, to }: z.output<typeof contracts.auditFilter>): LogFilter => ({
  caseId,
  personRef: person,
  actor,
  type,
  from,
  to,
});

const shown = (entry: LogEntry) => {
  const { actor = '', channel = '' } = JSON.parse(Buffer.from(entry.meta).toString('utf8')) as { actor?: string; channel?: string };
  return {
    position: entry.position,
    stream: entry.stream,
    version: entry.version,
    at: entry.recordedAt,
    type: entry.type,
    actor,
    channel,
    hash: Buffer.from(entry.hash).toString('hex'),
  };
};
