import * as contracts from '@handover/contracts';
import { Body, Controller, Get, Headers, HttpCode, Param, Post, Query, Res } from '@nestjs/common';
import { ApiBearerAuth, ApiHeader, ApiOperation, ApiResponse, ApiTags } from '@nestjs/swagger';
import type { Response } from 'express';
import type { z } from 'zod';
import { By, Roles, type Caller } from '../http/auth.ts';
import { NumberDesk } from './number-desk.ts';

type In<S extends z.ZodType> = z.output<S>;

@ApiTags('numbers')
@ApiBearerAuth()
@ApiResponse({ status: 401, standardSchema: contracts.problem })
@Controller('v1/numbers')
export class NumbersController {
  constructor(private readonly desk: NumberDesk) {}

  @Get()
  @Roles('operator', 'auditor')
  @ApiOperation({
    summary: 'The numbers of the company',
    description: '`status=reserved` are those in the pool: who had each last, in which office, since when, for whom it is withheld, and what to do with it.',
  })
  @ApiResponse({ status: 200, standardSchema: contracts.numberList })
  list(@Query({ schema: contracts.numberQuery }) query: In<typeof contracts.numberQuery>): Promise<object> {
    const { status, office, cursor, limit } = query;
    return this.desk.list({ status, office }, { cursor, limit });
  }

  @Post('read')
  @HttpCode(200)
  @Roles('operator')
  @ApiOperation({ summary: "Read the company's numbers in Dialpad now, and record what has changed" })
  @ApiResponse({ status: 200, standardSchema: contracts.numbersRead })
  read(@By() caller: Caller): Promise<object> {
    return this.desk.read(caller);
  }

  @Get(':e164')
  @Roles('operator', 'auditor')
  @ApiOperation({ summary: 'A number: where it is now, and who had it since when and why' })
  @ApiResponse({ status: 200, standardSchema: contracts.numberDetail })
  @ApiResponse({ status: 404, standardSchema: contracts.problem })
  detail(@Param('e164', { schema: contracts.e164 }) e164: string, @By() caller: Caller): Promise<contracts.NumberDetail> {
    return this.desk.detail(e164, caller);
  }

  @Post(':e164/reassign')
  @Roles('operator')
  @ApiOperation({ summary: 'Ask to give the number to somebody', description: 'Opens a case with a plan; nothing is changed before it is approved.' })
  @ApiHeader({ name: 'Idempotency-Key', required: false, description: 'Repeating a request with the same key answers the first answer' })
  @ApiResponse({ status: 201, standardSchema: contracts.caseDetail })
  @ApiResponse({
    status: 409,
    standardSchema: contracts.problem,
    description: 'Withheld for a leaver, promised, in use, kept by the policy, or the last of a main line',
  })
  async reassign(
    @Param('e164', { schema: contracts.e164 }) e164: string,
    @Body({ schema: contracts.reassignNumber }) body: In<typeof contracts.reassignNumber>,
    @Headers('idempotency-key') key: string | undefined,
    @By() caller: Caller,
    @Res({ passthrough: true }) response: Response,
  ): Promise<contracts.CaseDetail> {
    const { status, body: opened } = await this.desk.change({ e164, action: 'reassign', body }, caller, key);
    response.status(status).setHeader('location', `/v1/cases/${opened.id}`);
    return opened;
  }

  @Post(':e164/release')
  @Roles('operator')
  @ApiOperation({
    summary: 'Ask to give the number back to the public',
    description: 'Opens a case whose approval is always needed: a released number cannot be had back.',
  })
  @ApiHeader({ name: 'Idempotency-Key', required: false, description: 'Repeating a request with the same key answers the first answer' })
  @ApiResponse({ status: 201, standardSchema: contracts.caseDetail })
  @ApiResponse({ status: 409, standardSchema: contracts.problem })
  async release(
    @Param('e164', { schema: contracts.e164 }) e164: string,
    @Body({ schema: contracts.releaseNumber }) body: In<typeof contracts.releaseNumber>,
    @Headers('idempotency-key') key: string | undefined,
    @By() caller: Caller,
    @Res({ passthrough: true }) response: Response,
  ): Promise<contracts.CaseDetail> {
    const { status, body: opened } = await this.desk.change({ e164, action: 'release', body }, caller, key);
    response.status(status).setHeader('location', `/v1/cases/${opened.id}`);
    return opened;
  }
}
