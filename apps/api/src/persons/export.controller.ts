import * as contracts from '@handover/contracts';
import { Body, Controller, Get, HttpCode, Param, Post, Query, Res } from '@nestjs/common';
import { ApiBearerAuth, ApiOperation, ApiProduces, ApiResponse, ApiTags } from '@nestjs/swagger';
import type { Response } from 'express';
import type { z } from 'zod';
import { By, Roles, type Caller } from '../http/auth.ts';
import { SubjectAccess, type Asked } from './subject-export.ts';
import { subjectJson, subjectPage } from './subject-page.ts';

@ApiTags('persons')
@ApiBearerAuth()
@Roles('privacy')
@Controller('v1/persons')
export class SubjectExportController {
  constructor(private readonly access: SubjectAccess) {}

  @Get(':ref/export')
  @ApiOperation({
    summary: 'Everything that is held about a person, in one file (subject access); who asked, and why, is recorded',
    description: 'Sent as it is read. Of an erased person it says so, with the certificate, and what is left without them.',
  })
  @ApiProduces('application/json', 'text/html')
  @ApiResponse({ status: 404, standardSchema: contracts.problem })
  async get(
    @Param('ref') ref: string,
    @Query({ schema: contracts.subjectExportQuery }) { format, reasonCode }: z.output<typeof contracts.subjectExportQuery>,
    @By() caller: Caller,
    @Res() response: Response,
  ): Promise<void> {
    await this.send(ref, { format, reasonCode, reason: null }, caller, response);
  }

  @Post(':ref/export')
  @HttpCode(200)
  @ApiOperation({ summary: 'The same, with the reason in words' })
  @ApiProduces('application/json', 'text/html')
  @ApiResponse({ status: 404, standardSchema: contracts.problem })
  async post(
    @Param('ref') ref: string,
    @Body({ schema: contracts.subjectExport }) { format, reason }: z.output<typeof contracts.subjectExport>,
    @By() caller: Caller,
    @Res() response: Response,
  ): Promise<void> {
    await this.send(ref, { format, reasonCode: null, reason }, caller, response);
  }

  private async send(ref: string, asked: Asked, caller: Caller, response: Response): Promise<void> {
    const sections = await this.access.open(ref, asked, caller);
    response.setHeader('cache-control', 'no-store');
    response.setHeader('content-disposition', `attachment; filename="person.${asked.format}"`);
    if (asked.format === 'html') response.setHeader('content-security-policy', "default-src 'none'; style-src 'unsafe-inline'");
    response.type(asked.format === 'html' ? 'text/html; charset=utf-8' : 'application/json; charset=utf-8');
    for await (const text of asked.format === 'html' ? subjectPage(sections) : subjectJson(sections)) {
      if (response.destroyed) return;
      // A slow reader is waited for: the whole story must not pile up in memory.
      if (!response.write(text)) await new Promise((resolve) => response.once('drain', resolve).once('close', resolve));
    }
    response.end();
  }
}
