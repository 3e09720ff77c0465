import * as contracts from '@handover/contracts';
import { Controller, Get, Inject, Param, Query, Res } from '@nestjs/common';
import { ApiBearerAuth, ApiOperation, ApiProduces, ApiResponse, ApiTags } from '@nestjs/swagger';
import type { Response } from 'express';
import type { DataSource } from 'typeorm';
import type { z } from 'zod';
import { CaseDesk } from '../cases/case-desk.ts';
import { By, Roles, type Caller } from '../http/auth.ts';
import { DATA_SOURCE } from '../tokens.ts';
import { packOf } from './evidence.ts';
import { evidencePage } from './page.ts';

@ApiTags('audit')
@ApiBearerAuth()
@Roles('auditor', 'operator')
@Controller('v1/cases')
export class EvidenceController {
  constructor(
    private readonly desk: CaseDesk,
    @Inject(DATA_SOURCE) private readonly dataSource: DataSource,
  ) {}

  @Get(':id/evidence')
  @ApiOperation({
    summary: 'The evidence pack of a case: its story, and the proof of every event',
    description: '`format=html` is a page to read and print; the JSON is verified with `npm run handover -- verify --evidence FILE --keys FILE`.',
  })
  @ApiProduces('application/json', 'text/html')
  @ApiResponse({ status: 409, standardSchema: contracts.problem })
  async pack(
    @Param('id', { schema: contracts.caseId }) id: string,
    @Query({ schema: contracts.evidenceQuery }) { format }: z.output<typeof contracts.evidenceQuery>,
    @By() caller: Caller,
    @Res() response: Response,
  ): Promise<void> {
    const [detail, timeline] = await Promise.all([this.desk.detail(id, caller), this.desk.timeline(id)]);
    const pack = await packOf(this.dataSource, detail, timeline, new Date().toISOString());
    if (format === 'html') {
      response.setHeader('content-security-policy', "default-src 'none'; style-src 'unsafe-inline'");
      response.type('html').send(evidencePage(pack));
    } else response.json(pack);
  }
}
