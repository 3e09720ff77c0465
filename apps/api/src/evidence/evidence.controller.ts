import { AccessReads } from '@handover/audit-feed';
import type { Policy } from '@handover/case';
import * as contracts from '@handover/contracts';
import { whyNotSigned, type EvidencePack, type PackSigner } from '@handover/evidence';
import { Controller, Get, Inject, Param, Query, Res } from '@nestjs/common';
import { ApiBearerAuth, ApiOperation, ApiProduces, ApiResponse, ApiTags } from '@nestjs/swagger';
import type { Response } from 'express';
import type { DataSource } from 'typeorm';
import type { z } from 'zod';
import { CaseDesk } from '../cases/case-desk.ts';
import { By, Roles, type Caller } from '../http/auth.ts';
import { ACCESS_READS, DATA_SOURCE, PACK_SIGNER, POLICY } from '../tokens.ts';
import { onceSealed, packOf } from './evidence.ts';
import { evidencePage } from './page/page.ts';

@ApiTags('audit')
@ApiBearerAuth()
@Roles('auditor', 'operator')
@Controller('v1/cases')
export class EvidenceController {
  constructor(
    private readonly desk: CaseDesk,
    @Inject(DATA_SOURCE) private readonly dataSource: DataSource,
    @Inject(PACK_SIGNER) private readonly signer: PackSigner | null,
    @Inject(ACCESS_READS) private readonly access: AccessReads,
    @Inject(POLICY) private readonly policy: Policy,
  ) {}

  @Get(':id/evidence')
  @ApiOperation({
    summary: 'The evidence pack of a case: its story, signed, and the proof of every event',
    description:
      '`format=html` is a page to read and print; the JSON is verified with `npm run handover -- verify --evidence FILE --keys FILE`. Names are in it for who may see them. Who asked is recorded.',
  })
  @ApiProduces('application/json', 'text/html')
  @ApiResponse({ status: 200, description: 'the pack, as a file of its own', headers: { 'content-disposition': { schema: { type: 'string' } } } })
  @ApiResponse({ status: 404, standardSchema: contracts.problem })
  @ApiResponse({ status: 409, standardSchema: contracts.problem, description: '`evidence.not_sealed`: nobody signs just now; ask again after Retry-After' })
  async pack(
    @Param('id', { schema: contracts.caseId }) id: string,
    @Query({ schema: contracts.evidenceQuery }) { format }: z.output<typeof contracts.evidenceQuery>,
    @By() caller: Caller,
    @Res() response: Response,
  ): Promise<void> {
    const look = async (): Promise<EvidencePack | null> => {
      const [detail, timeline] = await Promise.all([this.desk.detail(id, caller), this.desk.timeline(id, caller)]);
      return packOf(this.dataSource, this.signer, { detail, timeline, by: caller.actor, now: new Date().toISOString() });
    };
    const pack = await onceSealed(this.dataSource, look, this.policy.checkpoints.every);
    await this.access.note({
      actor: caller.actor,
      what: 'evidence.pack',
      detail: { caseId: id, format, named: isNamed(pack) },
    });
    const name = `handover-evidence-${pack.case.kind}-${pack.case.id}`;
    response.setHeader('cache-control', 'no-store'); // names and numbers belong into nobody's cache
    if (format === 'html') {
      response.setHeader(
        'content-security-policy',
        "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
      );
      response.setHeader('referrer-policy', 'no-referrer');
      response.setHeader('content-disposition', `inline; filename="${name}.html"`);
      response.type('html').send(evidencePage(pack, { signed: whyNotSigned(pack, pack.packKeys) === null }));
    } else {
      response.setHeader('content-disposition', `attachment; filename="${name}.json"`);
      response.json(pack);
    }
  }
}

/** What people wrote counts as well: it can say who somebody is. */
const isNamed = ({ person, timeline }: EvidencePack): boolean =>
  (person !== null && 'givenName' in person) || timeline.some(({ reason, evidence }) => reason !== null || (evidence !== null && 'claimed' in evidence));
