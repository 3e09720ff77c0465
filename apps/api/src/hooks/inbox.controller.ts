import * as contracts from '@handover/contracts';
import type { InboxEntry } from '@handover/event-store-postgres';
import { Body, Controller, Get, HttpCode, Param, Post, Query } from '@nestjs/common';
import { ApiBearerAuth, ApiOperation, ApiResponse, ApiTags } from '@nestjs/swagger';
import type { z } from 'zod';
import { By, Roles, type Caller } from '../http/auth.ts';
import { InboxDesk } from './inbox-desk.ts';

/** What HR said and nothing came of: for a person to look at. */
@ApiTags('hooks')
@ApiBearerAuth()
@Controller('v1/hooks/inbox')
export class InboxController {
  constructor(private readonly desk: InboxDesk) {}

  @Get()
  @Roles('operator')
  @ApiOperation({
    summary: 'Facts that wait for a person, oldest first',
    description:
      '`failed`: could not be worked after the tries of the policy (`inbox.attempts`), `reason` has the code. `needs-person`: HR has to say it again.',
  })
  @ApiResponse({ status: 200, standardSchema: contracts.inboxList })
  async list(@Query({ schema: contracts.inboxQuery }) { status, cursor, limit }: z.output<typeof contracts.inboxQuery>): Promise<object> {
    const { items, next } = await this.desk.list(status, { limit, ...(cursor === undefined ? {} : { after: cursor }) });
    return { items, ...(next === undefined ? {} : { cursor: String(next) }) };
  }

  @Post(':id/retry')
  @HttpCode(200)
  @Roles('operator')
  @ApiOperation({ summary: 'Work a failed fact anew, with all its tries; it takes its place among the facts that HR told since' })
  @ApiResponse({ status: 200, standardSchema: contracts.inboxEntry })
  @ApiResponse({ status: 404, standardSchema: contracts.problem })
  @ApiResponse({ status: 409, standardSchema: contracts.problem, description: '`inbox.not_failed`: it has not failed, or what was sent is deleted' })
  retry(@Param('id', { schema: contracts.caseId }) id: string, @By() caller: Caller): Promise<InboxEntry> {
    return this.desk.retry(id, caller);
  }

  @Post(':id/dismiss')
  @HttpCode(200)
  @Roles('operator')
  @ApiOperation({
    summary: 'Let a fact go that waits for a person',
    description: 'Because HR has sent it again, or it was never meant. What was sent is deleted; who let it go, and why, is in the record.',
  })
  @ApiResponse({ status: 200, standardSchema: contracts.inboxEntry })
  @ApiResponse({ status: 404, standardSchema: contracts.problem })
  @ApiResponse({ status: 409, standardSchema: contracts.problem, description: '`inbox.not_waiting`: it does not wait for a person' })
  dismiss(
    @Param('id', { schema: contracts.caseId }) id: string,
    @Body({ schema: contracts.dismissFact }) body: z.output<typeof contracts.dismissFact>,
    @By() caller: Caller,
  ): Promise<InboxEntry> {
    return this.desk.dismiss(id, body.reasonCode, caller);
  }
}
