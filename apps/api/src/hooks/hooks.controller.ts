import { hookAccepted, hookBody, inboxEntry, problem } from '@handover/contracts';
import type { Inbox, InboxEntry } from '@handover/event-store-postgres';
import { Controller, Get, HttpCode, Inject, Param, Post, Req } from '@nestjs/common';
import { ApiBody, ApiHeader, ApiOperation, ApiResponse, ApiTags } from '@nestjs/swagger';
import type { Request } from 'express';
import { z } from 'zod';
import { Public } from '../http/auth.ts';
import { Problem } from '../http/problem.ts';
import { needJson, parseJson, readBody } from '../http/read-body.ts';
import { HOOK_SOURCES, INBOX, type HookSources } from '../tokens.ts';
import { verifySignature } from './signature.ts';

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

@ApiTags('hooks')
@Public()
@Controller('v1/hooks')
export class HooksController {
  constructor(
    @Inject(INBOX) private readonly inbox: Inbox,
    @Inject(HOOK_SOURCES) private readonly sources: HookSources,
  ) {}

  /** Verified over the raw bytes, stored, answered; nothing else happens on this path. */
  @Post(':source')
  @HttpCode(202)
  @ApiOperation({ summary: 'Tell what HR says (Standard Webhooks)' })
  @ApiHeader({ name: 'webhook-id', required: true })
  @ApiHeader({ name: 'webhook-timestamp', required: true })
  @ApiHeader({ name: 'webhook-signature', required: true, description: 'v1,base64(HMAC-SHA256); several separated by a space' })
  @ApiBody({ schema: z.toJSONSchema(hookBody, { io: 'input', unrepresentable: 'any', target: 'openapi-3.0' }) as object })
  @ApiResponse({ status: 202, standardSchema: hookAccepted })
  @ApiResponse({ status: 401, standardSchema: problem, description: 'no, wrong or stale signature' })
  async receive(@Param('source') source: string, @Req() request: Request): Promise<{ id: string; status: string }> {
    const hook = Object.hasOwn(this.sources, source) ? this.sources[source] : undefined;
    if (!hook) throw new Problem(404, 'source.unknown', 'no HR source of this name is configured');
    const body = await readBody(request);
    needJson(request);
    const header = (name: string): string | undefined => {
      const value = request.headers[name];
      return Array.isArray(value) ? value.join(' ') : value;
    };
    const webhookId = header('webhook-id');
    const verdict = verifySignature(
      body,
      { id: webhookId, timestamp: header('webhook-timestamp'), signature: header('webhook-signature') },
      hook.secrets,
      Date.now(),
    );
    if (!verdict.ok) throw new Problem(401, verdict.code, verdict.detail);
    parseJson(body);

    const { id, duplicate } = await this.inbox.accept({ source, webhookId: webhookId ?? '', body });
    return { id, status: duplicate ? 'duplicate' : 'accepted' };
  }

  /** The id is what the sender was answered; nobody else can know it, so it needs no key, and the answer names nobody. */
  @Get('inbox/:id')
  @ApiOperation({ summary: 'What became of a fact' })
  @ApiResponse({ status: 200, standardSchema: inboxEntry })
  async entry(@Param('id') id: string): Promise<InboxEntry> {
    const entry = UUID.test(id) ? await this.inbox.get(id) : null;
    if (!entry) throw new Problem(404, 'inbox.unknown', 'there is no inbox entry of this id');
    return entry;
  }
}
