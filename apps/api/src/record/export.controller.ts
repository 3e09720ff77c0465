import { createGzip, type Gzip } from 'node:zlib';
import { AccessReads, exportEncodingOf, feedPage, lastMatching, newest, RECORD_READ } from '@handover/audit-feed';
import type { Policy } from '@handover/case';
import * as contracts from '@handover/contracts';
import { Controller, Get, Inject, Query, Req, Res } from '@nestjs/common';
import { ApiBearerAuth, ApiOperation, ApiProduces, ApiResponse, ApiTags } from '@nestjs/swagger';
import type { Request, Response } from 'express';
import type { DataSource } from 'typeorm';
import type { z } from 'zod';
import { By, Roles, type Caller } from '../http/auth.ts';
import { ACCESS_READS, DATA_SOURCE, POLICY } from '../tokens.ts';
import { filterOf, saidFilter } from './filter.ts';

const AT_ONCE = 1_000;

@ApiTags('audit')
@ApiBearerAuth()
@Roles('auditor')
@Controller('v1/audit/export')
export class ExportController {
  constructor(
    @Inject(DATA_SOURCE) private readonly dataSource: DataSource,
    @Inject(ACCESS_READS) private readonly access: AccessReads,
    @Inject(POLICY) private readonly policy: Policy,
  ) {}

  @Get()
  @ApiOperation({
    summary: 'The record in log order, as a stream: NDJSON (verifiable without us), OCSF or CSV',
    description:
      'It ends with what was in the record when it began. Each line has its position (`metadata.sequence` in OCSF): give the last one you have as `after` to go on. An NDJSON export proves itself with the public keys alone (`npm run handover -- verify --export FILE`, or the verifier in one file): without filters as the whole log, with filters, `after` or `limit` event by event. Compressed when `Accept-Encoding: gzip` says so. Who asked is recorded.',
  })
  @ApiProduces('application/x-ndjson', 'text/csv')
  @ApiResponse({
    status: 200,
    description:
      '`handover-log-size`: how many events the record had; positions below it are in this answer, or match no filter. `handover-last-position`, also in the name of the file: the position of the last line (-1: there is none), unless `limit` lines come before it; a file that ends elsewhere was cut off, and goes on with `after`. NDJSON says by its last line that it is whole.',
  })
  @ApiResponse({ status: 400, standardSchema: contracts.problem })
  async export(
    @Query({ schema: contracts.auditExportQuery }) query: z.output<typeof contracts.auditExportQuery>,
    @By() caller: Caller,
    @Req() request: Request,
    @Res() response: Response,
  ): Promise<void> {
    const filter = filterOf(query);
    const encoding = await exportEncodingOf(this.dataSource, {
      format: query.format,
      ocsf: query.ocsf ?? this.policy.exports.ocsf,
      filter: excerptOf(query),
      madeAt: new Date().toISOString(),
    });
    const upTo = await newest(this.dataSource, filter);
    let left = query.limit ?? Number.MAX_SAFE_INTEGER;
    const next = (after: number) => feedPage(this.dataSource, filter, { after, limit: Math.min(AT_ONCE, left), upTo });
    let page = await next(query.after);
    if (page.entries.some((entry) => entry.type !== RECORD_READ) || query.person !== undefined || query.caseId !== undefined)
      await this.access.note({ actor: caller.actor, what: 'audit.export', detail: { ...saidFilter(query), format: query.format, after: query.after, upTo } });

    const last = await lastMatching(this.dataSource, filter, { after: query.after, upTo });
    const end = query.limit === undefined ? (last < 0 ? '-empty' : `-to-${last}`) : `-first-${query.limit}`;
    const name = `handover-record${query.after < 0 ? '' : `-after-${query.after}`}${end}.${encoding.extension}`;
    response.setHeader('content-type', encoding.contentType);
    response.setHeader('content-disposition', `attachment; filename="${name}"`);
    response.setHeader('cache-control', 'no-store');
    response.setHeader('handover-log-size', String(upTo + 1));
    response.setHeader('handover-last-position', String(last));
    response.setHeader('vary', 'accept-encoding');
    const out = acceptsGzip(request) ? zipped(response) : response;
    response.flushHeaders(); // gzip holds back its first bytes: what fails from here on breaks the transfer off
    let isWaitedFor = write(out, encoding.head);
    while (page.entries.length > 0) {
      const lines = await encoding.lines(page.entries);
      // A slow reader is waited for: the whole log must not pile up in memory.
      await isWaitedFor;
      if (response.destroyed) break;
      isWaitedFor = write(out, lines.join(''));
      left -= page.entries.length;
      if (left <= 0) break;
      page = await next(page.lookedTo);
    }
    await isWaitedFor;
    if (!response.destroyed) out.end(encoding.tail());
  }
}

/** Null when the whole record is asked for. */
const excerptOf = (query: z.output<typeof contracts.auditExportQuery>): Readonly<Record<string, string>> | null => {
  const asked = {
    ...saidFilter(query),
    ...(query.after < 0 ? {} : { after: String(query.after) }),
    ...(query.limit === undefined ? {} : { limit: String(query.limit) }),
  };
  return Object.keys(asked).length === 0 ? null : asked;
};

const acceptsGzip = (request: Request): boolean => request.acceptsEncodings('gzip', 'identity') === 'gzip';

const zipped = (response: Response): Gzip => {
  response.setHeader('content-encoding', 'gzip');
  const gzip = createGzip();
  gzip.pipe(response);
  response.once('close', () => gzip.destroy());
  return gzip;
};

/** Resolves when more can be written, or when nobody reads any more. */
const write = async (out: Gzip | Response, text: string): Promise<void> => {
  if (out.destroyed || out.write(text)) return;
  await new Promise<void>((resolve) => {
    const done = (): void => {
      out.off('drain', done).off('close', done);
      resolve();
    };
    out.once('drain', done).once('close', done);
  });
};
