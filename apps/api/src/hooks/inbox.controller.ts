import * as contracts from '@handover/contracts';
import type { Inbox, InboxEntry } from '@handover/event-store-postgres';
import { Controller, Get, HttpCode, Inject, Param, Post, Query } from '@nestjs/common';
import { ApiBearerAuth, ApiOperation, ApiResponse, ApiTags } from '@nestjs/swagger';
import type { z } from 'zod';
import { By, Roles, type Caller } from '../http/auth.ts';
import { Problem } from '../http/problem.ts';
import { INBOX } from '../tokens.ts';

/** What HR said and nothing came of: for a person to look at. */
@ApiTags('hooks')
@ApiBearerAuth()
@Controller('v1/hooks/inbox')
export class InboxController {
  constructor(@Inject(INBOX) private readonly inbox: Inbox) {}

  @Get()
  @Roles('operator')
  @ApiOperation({
    summary: 'Facts that wait for a person, oldest first',
    description:
      '`failed`: could not be worked after the tries of the policy (`inbox.attempts`), `reason` has the code. `needs-person`: HR has to say it again.',
  })
  @ApiResponse({ status: 200, standardSchema: contracts.inboxList })
  async list(@Query({ schema: contracts.inboxQuery }) { status, cursor, limit }: z.output<typeof contracts.inboxQuery>): Promise<object> {
    const { items, next } = await this.inbox.forPeople(status, { limit, ...(cursor === undefined ? {} : { after: cursor }) });
    return { items, ...(next === undefined ? {} : { cursor: String(next) }) };
  }

  @Post(':id/retry')
  @HttpCode(200)
  @Roles('operator')
  @ApiOperation({ summary: 'Work a failed fact anew, with all its tries; it takes its place among the facts that HR told since' })
  @ApiResponse({ status: 200, standardSchema: contracts.inboxEntry })
  @ApiResponse({ status: 404, standardSchema: contracts.problem })
  @ApiResponse({ status: 409, standardSchema: contracts.problem, description: '`inbox.not_failed`: it has not failed, or what was sent is deleted' })
  async retry(@Param('id', { schema: contracts.caseId }) id: string, @By() caller: Caller): Promise<InboxEntry> {
    const retried = await this.inbox.retry(id, caller.actor);
    const entry = await this.inbox.get(id);
    if (!entry) throw new Problem(404, 'inbox.unknown', 'there is no inbox entry of this id');
    if (!retried) {
      throw new Problem(
        409,
        'inbox.not_failed',
        `the entry is ${entry.status}, or what was sent is deleted; only a failed one is tried again, else have HR send it anew`,
      );
    }
    return entry;
  }
}
