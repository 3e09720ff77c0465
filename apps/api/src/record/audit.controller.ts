import * as contracts from '@handover/contracts';
import { listEvents } from '@handover/event-store-postgres';
import { Controller, Get, Inject, Query } from '@nestjs/common';
import { ApiBearerAuth, ApiOperation, ApiResponse, ApiTags } from '@nestjs/swagger';
import type { DataSource } from 'typeorm';
import type { z } from 'zod';
import { Roles } from '../http/auth.ts';
import { DATA_SOURCE } from '../tokens.ts';

@ApiTags('audit')
@ApiBearerAuth()
@Roles('auditor')
@Controller('v1/audit')
export class AuditController {
  constructor(@Inject(DATA_SOURCE) private readonly dataSource: DataSource) {}

  @Get()
  @ApiOperation({ summary: 'The record, newest first: who did what when, with the hash of each event' })
  @ApiResponse({ status: 200, standardSchema: contracts.auditList })
  list(@Query({ schema: contracts.auditQuery }) query: z.output<typeof contracts.auditQuery>): Promise<object> {
    return listEvents(this.dataSource, query);
  }
}
