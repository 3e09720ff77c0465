import type { AccessReads } from '@handover/audit-feed';
import * as contracts from '@handover/contracts';
import { Body, Controller, Get, Header, Headers, HttpCode, Inject, Param, Post, Query, Res } from '@nestjs/common';
import { ApiBearerAuth, ApiHeader, ApiOperation, ApiResponse, ApiTags } from '@nestjs/swagger';
import type { Response } from 'express';
import type { z } from 'zod';
import { By, Roles, type Caller } from '../http/auth.ts';
import { SubjectAccess } from '../persons/subject-export.ts';
import { ACCESS_READS } from '../tokens.ts';
import { CaseDesk, mayName } from './case-desk.ts';
import { StartDesk } from './start-desk.ts';

type In<S extends z.ZodType> = z.output<S>;

@ApiTags('cases')
@ApiBearerAuth()
@ApiResponse({ status: 401, standardSchema: contracts.problem })
@Controller('v1/cases')
export class CasesController {
  constructor(
    private readonly desk: CaseDesk,
    private readonly starts: StartDesk,
    @Inject(ACCESS_READS) private readonly access: AccessReads,
  ) {}

  @Post()
  @Roles('requester', 'operator')
  @ApiOperation({
    summary: 'Start a case by hand',
    description: 'The key of the caller is the requester. `preview=true` answers 200 with the plan and starts nothing.',
  })
  @ApiHeader({ name: 'Idempotency-Key', required: false, description: 'Repeating a request with the same key answers the first answer' })
  @ApiResponse({ status: 201, standardSchema: contracts.caseDetail })
  @ApiResponse({ status: 422, standardSchema: contracts.problem })
  async start(
    @Body({ schema: contracts.startCase }) body: In<typeof contracts.startCase>,
    @Query({ schema: contracts.startCaseQuery }) query: In<typeof contracts.startCaseQuery>,
    @Headers('idempotency-key') key: string | undefined,
    @By() caller: Caller,
    @Res({ passthrough: true }) response: Response,
  ): Promise<contracts.CaseDetail | contracts.Preview> {
    if (query.preview === 'true') {
      response.status(200);
      return this.starts.preview(body, caller);
    }
    const started = await this.starts.start(body, caller, key);
    response.status(started.status).setHeader('location', `/v1/cases/${started.body.id}`);

    return started.body;
  }

  @Get()
  @ApiOperation({
    summary: 'List cases, newest first',
    description: 'Shows what was committed when it was asked for, unless what follows the record is over half a second behind. One case is always as it is.',
  })
  @ApiResponse({ status: 200, standardSchema: contracts.caseList })
  list(@Query({ schema: contracts.caseQuery }) query: In<typeof contracts.caseQuery>): Promise<object> {
    const { kind, phase, waitingOn, person, number, attention, cursor, limit } = query;
    return this.desk.list(
      { kind, phase, waitingOn, personRef: person, number, attention: attention === undefined ? undefined : attention === 'true' },
      { cursor, limit },
    );
  }

  @Get(':id')
  @ApiOperation({ summary: 'A case: state, plan, what it waits for' })
  @ApiResponse({ status: 200, standardSchema: contracts.caseDetail })
  @ApiResponse({ status: 404, standardSchema: contracts.problem })
  async detail(@Param('id', { schema: contracts.caseId }) id: string, @By() caller: Caller): Promise<contracts.CaseDetail> {
    const detail = await this.desk.detail(id, caller);
    await this.noted(id, caller);
    return detail;
  }

  @Get(':id/timeline')
  @ApiOperation({ summary: 'What happened, oldest first' })
  @ApiResponse({ status: 200, standardSchema: contracts.timeline })
  async timeline(@Param('id', { schema: contracts.caseId }) id: string, @By() caller: Caller): Promise<object> {
    const items = await this.desk.timeline(id, caller);
    await this.noted(id, caller);
    return { items };
  }

  /** Whoever is shown no name and nothing that people wrote reads what is readable for ever. */
  private async noted(caseId: string, caller: Caller): Promise<void> {
    if (mayName(caller)) await this.access.noteHourly({ actor: caller.actor, what: 'case.read', detail: { caseId } });
  }

  @Post(':id/approvals/:stage/decisions')
  @HttpCode(200)
  @ApiOperation({
    summary: 'Approve or refuse a stage',
    description:
      'Deciding again with the same actor, decision and hash answers 200 and records nothing new. 403: this actor may not decide; 409: the stage is closed, late, or the plan has changed. Each refusal is in the timeline.',
  })
  @ApiResponse({ status: 200, standardSchema: contracts.caseDetail })
  @ApiResponse({ status: 403, standardSchema: contracts.problem })
  @ApiResponse({ status: 409, standardSchema: contracts.problem })
  decide(
    @Param('id', { schema: contracts.caseId }) id: string,
    @Param('stage') stage: string,
    @Body({ schema: contracts.decision }) body: In<typeof contracts.decision>,
    @By() caller: Caller,
  ): Promise<contracts.CaseDetail> {
    return this.desk.decide(id, stage, body, caller);
  }

  @Post(':id/steps/:stepId/retry')
  @HttpCode(200)
  @Roles('operator')
  @ApiOperation({ summary: 'Try a blocked step again' })
  @ApiResponse({ status: 200, standardSchema: contracts.caseDetail })
  retry(
    @Param('id', { schema: contracts.caseId }) id: string,
    @Param('stepId') step: string,
    @Body({ schema: contracts.retryBody }) body: In<typeof contracts.retryBody>,
    @By() caller: Caller,
  ): Promise<contracts.CaseDetail> {
    return this.desk.mend(id, step, 'retryStep', body, caller);
  }

  @Post(':id/steps/:stepId/waive')
  @HttpCode(200)
  @Roles('operator')
  @ApiOperation({ summary: 'Go on without a blocked step' })
  @ApiResponse({ status: 200, standardSchema: contracts.caseDetail })
  waive(
    @Param('id', { schema: contracts.caseId }) id: string,
    @Param('stepId') step: string,
    @Body({ schema: contracts.reasonBody }) body: In<typeof contracts.reasonBody>,
    @By() caller: Caller,
  ): Promise<contracts.CaseDetail> {
    return this.desk.mend(id, step, 'waiveStep', body, caller);
  }

  @Post(':id/steps/:stepId/done-by-hand')
  @HttpCode(200)
  @Roles('operator')
  @ApiOperation({ summary: 'Say that a step was done by hand; it is read back' })
  @ApiResponse({ status: 200, standardSchema: contracts.caseDetail })
  doneByHand(
    @Param('id', { schema: contracts.caseId }) id: string,
    @Param('stepId') step: string,
    @Body({ schema: contracts.evidenceBody }) body: In<typeof contracts.evidenceBody>,
    @By() caller: Caller,
  ): Promise<contracts.CaseDetail> {
    return this.desk.mend(id, step, 'claimByHand', body, caller);
  }

  @Post(':id/rescind')
  @HttpCode(200)
  @Roles('operator', 'requester')
  @ApiOperation({ summary: 'Undo the case' })
  @ApiResponse({ status: 200, standardSchema: contracts.caseDetail })
  rescind(
    @Param('id', { schema: contracts.caseId }) id: string,
    @Body({ schema: contracts.reasonBody }) body: In<typeof contracts.reasonBody>,
    @By() caller: Caller,
  ): Promise<contracts.CaseDetail> {
    return this.desk.rescind(id, body.reason, caller);
  }
}

@ApiTags('persons')
@ApiBearerAuth()
@Controller('v1/persons')
export class PersonsController {
  constructor(
    private readonly desk: CaseDesk,
    private readonly access: SubjectAccess,
  ) {}

  @Get()
  @Roles('operator', 'approver', 'requester', 'auditor')
  @ApiOperation({ summary: 'Find a person by source and employee id' })
  @ApiResponse({ status: 200, standardSchema: contracts.personCases })
  find(@Query({ schema: contracts.personQuery }) query: In<typeof contracts.personQuery>): Promise<object> {
    return this.desk.person(query.source, query.employeeId);
  }

  @Get(':ref/data')
  @Roles('admin')
  @Header('content-disposition', 'attachment; filename="person.json"')
  @ApiOperation({ summary: 'Cases and facts of a person, as earlier releases gave them; `/export` holds everything' })
  async data(@Param('ref') ref: string, @By() caller: Caller): Promise<object> {
    const held = await this.desk.everythingAbout(ref, caller);
    await this.access.note(ref, { format: 'json', reasonCode: 'subject-request', reason: null }, caller);
    return held;
  }
}
