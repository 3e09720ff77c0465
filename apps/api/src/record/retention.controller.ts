import { Retention } from '@handover/case-service';
import { durationText } from '@handover/case';
import * as contracts from '@handover/contracts';
import { Body, Controller, Get, HttpCode, Inject, Post } from '@nestjs/common';
import { ApiBearerAuth, ApiOperation, ApiResponse, ApiTags } from '@nestjs/swagger';
import { v7 } from 'uuid';
import type { z } from 'zod';
import { By, Roles, type Caller } from '../http/auth.ts';
import { byOf } from '../http/by.ts';
import { RETENTION } from '../tokens.ts';

@ApiTags('audit')
@ApiBearerAuth()
@Controller('v1/audit/retention')
export class RetentionController {
  constructor(@Inject(RETENTION) private readonly retention: Retention) {}

  @Get()
  @Roles('auditor', 'approver', 'admin')
  @ApiOperation({ summary: 'How long what is kept is kept, who approved that, and what the last run did' })
  @ApiResponse({ status: 200, standardSchema: contracts.retentionStatus })
  async status(): Promise<z.input<typeof contracts.retentionStatus>> {
    return shown(await this.retention.status());
  }

  @Get('preview')
  @Roles('auditor', 'approver', 'admin')
  @ApiOperation({
    summary: 'What a run would let go now, and why it keeps the others; nothing is changed',
    description: 'Persons of whom nothing was heard for the time of the policy, up to 1,000, the longest silent first.',
  })
  @ApiResponse({ status: 200, standardSchema: contracts.retentionPreview })
  async preview(): Promise<z.input<typeof contracts.retentionPreview>> {
    const [preview, status] = await Promise.all([this.retention.preview(), this.retention.status()]);
    return { ...preview, persons: [...preview.persons], policy: shown(status) };
  }

  @Post('approvals')
  @HttpCode(200)
  @ApiOperation({
    summary: 'Approve these very times: destroying keys cannot be undone',
    description:
      'By as many as the policy says (`retention.needed`, `retention.by`). Holds until the policy names other times; the same times, later on, are approved anew. Approving again is no news.',
  })
  @ApiResponse({ status: 200, standardSchema: contracts.retentionStatus })
  @ApiResponse({ status: 403, standardSchema: contracts.problem })
  @ApiResponse({ status: 409, standardSchema: contracts.problem, description: '`retention.stale`: the policy has other times by now' })
  async approve(
    @Body({ schema: contracts.retentionApproval }) { hash }: z.output<typeof contracts.retentionApproval>,
    @By() caller: Caller,
  ): Promise<z.input<typeof contracts.retentionStatus>> {
    return shown(await this.retention.approve(hash, { id: caller.actor, roles: caller.roles }, byOf(caller, v7())));
  }
}

const shown = ({ record, inbox, approvedBy, lastRun, ...status }: Awaited<ReturnType<Retention['status']>>): z.input<typeof contracts.retentionStatus> => ({
  ...status,
  record: durationText(record),
  inbox: durationText(inbox),
  approvedBy: [...approvedBy],
  lastRun: lastRun && { at: lastRun.at, ...lastRun.result },
});
