import type { HoldVerb } from '@handover/case';
import * as contracts from '@handover/contracts';
import { Body, Controller, Get, HttpCode, Param, Post, Query } from '@nestjs/common';
import { ApiBearerAuth, ApiOperation, ApiResponse, ApiTags } from '@nestjs/swagger';
import type { z } from 'zod';
import { CaseDesk } from '../cases/case-desk.ts';
import { By, Roles, type Caller } from '../http/auth.ts';
import { HoldDesk } from './hold-desk.ts';

type In<S extends z.ZodType> = z.output<S>;

/** No role is asked for at the door: the policy says who may, and who may not is recorded. */
@ApiTags('legal holds')
@ApiBearerAuth()
@Controller('v1')
export class HoldsController {
  constructor(
    private readonly holds: HoldDesk,
    private readonly cases: CaseDesk,
  ) {}

  @Get('legal-holds')
  @Roles('auditor', 'operator', 'legal', 'approver')
  @ApiOperation({ summary: 'Legal holds that stand, the oldest first', description: '`overdue`: nobody has confirmed it in time; it holds all the same.' })
  @ApiResponse({ status: 200, standardSchema: contracts.legalHoldList })
  async list(@Query({ schema: contracts.legalHoldQuery }) query: In<typeof contracts.legalHoldQuery>): Promise<object> {
    return { items: await this.holds.list(query.state) };
  }

  @Post('cases/:id/legal-hold')
  @HttpCode(200)
  @ApiOperation({
    summary: 'Hold a case, open or closed: nothing that cannot be undone is done while it stands, and its person is not erased',
    description: 'Holds at once; somebody else confirms it (`/decisions`) within the policy’s time. What had begun before is named in the timeline.',
  })
  @ApiResponse({ status: 200, standardSchema: contracts.caseDetail })
  @ApiResponse({ status: 403, standardSchema: contracts.problem })
  placeOnCase(
    @Param('id', { schema: contracts.caseId }) id: string,
    @Body({ schema: contracts.reasonBody }) body: In<typeof contracts.reasonBody>,
    @By() caller: Caller,
  ): Promise<object> {
    return this.onCase(id, 'place', body.reason, caller);
  }

  @Post('cases/:id/legal-hold/decisions')
  @HttpCode(200)
  @ApiOperation({ summary: 'Confirm a hold that somebody else placed, or end it; where lifting was asked for: agree, or keep it' })
  @ApiResponse({ status: 200, standardSchema: contracts.caseDetail })
  @ApiResponse({ status: 403, standardSchema: contracts.problem })
  @ApiResponse({ status: 409, standardSchema: contracts.problem })
  async decideOnCase(
    @Param('id', { schema: contracts.caseId }) id: string,
    @Body({ schema: contracts.legalHoldDecision }) body: In<typeof contracts.legalHoldDecision>,
    @By() caller: Caller,
  ): Promise<object> {
    return this.onCase(id, await this.verbOf(body.decision, { caseId: id }), body.reason, caller);
  }

  @Post('cases/:id/legal-hold/lift')
  @HttpCode(200)
  @ApiOperation({ summary: 'Lift a legal hold: one asks, another agrees by the same call' })
  @ApiResponse({ status: 200, standardSchema: contracts.caseDetail })
  @ApiResponse({ status: 409, standardSchema: contracts.problem })
  liftOnCase(
    @Param('id', { schema: contracts.caseId }) id: string,
    @Body({ schema: contracts.reasonBody }) body: In<typeof contracts.reasonBody>,
    @By() caller: Caller,
  ): Promise<object> {
    return this.onCase(id, 'lift', body.reason, caller);
  }

  @Post('persons/:ref/legal-hold')
  @HttpCode(200)
  @ApiOperation({ summary: 'Hold a person: every open case of theirs, every one to come, and what is kept of them' })
  @ApiResponse({ status: 200, standardSchema: contracts.personHeld })
  @ApiResponse({ status: 403, standardSchema: contracts.problem })
  placeOnPerson(
    @Param('ref') ref: string,
    @Body({ schema: contracts.reasonBody }) body: In<typeof contracts.reasonBody>,
    @By() caller: Caller,
  ): Promise<object> {
    return this.holds.onPerson(ref, 'place', body.reason, caller);
  }

  @Post('persons/:ref/legal-hold/decisions')
  @HttpCode(200)
  @ApiOperation({ summary: 'Confirm or end the hold on a person; where lifting was asked for: agree, or keep it' })
  @ApiResponse({ status: 200, standardSchema: contracts.personHeld })
  @ApiResponse({ status: 409, standardSchema: contracts.problem })
  async decideOnPerson(
    @Param('ref') ref: string,
    @Body({ schema: contracts.legalHoldDecision }) body: In<typeof contracts.legalHoldDecision>,
    @By() caller: Caller,
  ): Promise<object> {
    return this.holds.onPerson(ref, await this.verbOf(body.decision, { personRef: ref }), body.reason, caller);
  }

  @Post('persons/:ref/legal-hold/lift')
  @HttpCode(200)
  @ApiOperation({ summary: 'Lift the hold on a person and on the cases held with them: one asks, another agrees by the same call' })
  @ApiResponse({ status: 200, standardSchema: contracts.personHeld })
  @ApiResponse({ status: 409, standardSchema: contracts.problem })
  liftOnPerson(
    @Param('ref') ref: string,
    @Body({ schema: contracts.reasonBody }) body: In<typeof contracts.reasonBody>,
    @By() caller: Caller,
  ): Promise<object> {
    return this.holds.onPerson(ref, 'lift', body.reason, caller);
  }

  private async onCase(id: string, verb: HoldVerb, reason: string, caller: Caller): Promise<object> {
    await this.holds.onCase(id, verb, reason, caller);
    return this.cases.detail(id, caller);
  }

  /** What is asked decides what an answer means: lifting, once somebody has asked for it; else the hold itself. */
  private async verbOf(decision: 'approve' | 'refuse', on: { caseId: string } | { personRef: string }): Promise<HoldVerb> {
    const isAsked = await this.holds.liftIsAsked(on);
    if (isAsked) return decision === 'approve' ? 'lift' : 'keep';
    return decision === 'approve' ? 'confirm' : 'reject';
  }
}
