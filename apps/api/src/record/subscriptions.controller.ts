import { AuditSubscriptions, newest, type Subscription } from '@handover/audit-feed';
import type { Policy } from '@handover/case';
import * as contracts from '@handover/contracts';
import { AddressRefused, checkedUrl } from '@handover/webhook-delivery';
import { Body, Controller, Delete, Get, HttpCode, Inject, Param, Patch, Post, Res } from '@nestjs/common';
import { ApiBearerAuth, ApiOperation, ApiResponse, ApiTags } from '@nestjs/swagger';
import type { Response } from 'express';
import type { DataSource } from 'typeorm';
import type { z } from 'zod';
import { By, Roles, type Caller } from '../http/auth.ts';
import { metaOf } from '../http/by.ts';
import { Problem } from '../http/problem.ts';
import { DATA_SOURCE, POLICY, SUBSCRIPTIONS } from '../tokens.ts';
import { filterOf } from './filter.ts';

type Shown = z.input<typeof contracts.subscription>;

/** Who is pushed the record. What is pushed, and how a receiver verifies it, is in the README of libs/audit-feed. */
@ApiTags('audit')
@ApiBearerAuth()
@ApiResponse({ status: 403, standardSchema: contracts.problem })
@Controller('v1/audit/subscriptions')
export class SubscriptionsController {
  constructor(
    @Inject(SUBSCRIPTIONS) private readonly subscriptions: AuditSubscriptions,
    @Inject(DATA_SOURCE) private readonly dataSource: DataSource,
    @Inject(POLICY) private readonly policy: Policy,
  ) {}

  @Post()
  @Roles('admin')
  @ApiOperation({
    summary: 'Push the record to an address: signed (Standard Webhooks), in log order, at least once',
    description:
      'A batch is NDJSON or CSV, up to 200 events; the webhook-id is the same for each attempt at it. Answer 2xx once you have it for good. Failures are repeated for days; then the subscription pauses until somebody resumes it. The secret is in this answer only.',
  })
  @ApiResponse({ status: 201, standardSchema: contracts.subscription })
  @ApiResponse({ status: 422, standardSchema: contracts.problem, description: 'the address may not be called' })
  async create(
    @Body({ schema: contracts.subscribe }) body: z.output<typeof contracts.subscribe>,
    @By() caller: Caller,
    @Res({ passthrough: true }) response: Response,
  ): Promise<Shown> {
    const wanted = {
      name: body.name,
      url: this.allowed(body.url),
      format: body.format,
      ocsf: body.ocsf ?? this.policy.exports.ocsf,
      filter: known(filterOf(body.filter)),
    };
    const { subscription, secret } = await this.subscriptions.create(wanted, await this.positionOf(body.from), metaOf(caller));
    response.setHeader('cache-control', 'no-store').setHeader('location', `/v1/audit/subscriptions/${subscription.id}`);

    return { ...(await this.shown(subscription)), secret };
  }

  @Get()
  @Roles('admin', 'auditor')
  @ApiOperation({ summary: 'Who is pushed the record, how far each has taken it, and what failed' })
  @ApiResponse({ status: 200, standardSchema: contracts.subscriptionList })
  async list(): Promise<z.input<typeof contracts.subscriptionList>> {
    return { items: await Promise.all((await this.subscriptions.list()).map((each) => this.shown(each))) };
  }

  @Get(':id')
  @Roles('admin', 'auditor')
  @ApiOperation({ summary: 'One subscription' })
  @ApiResponse({ status: 200, standardSchema: contracts.subscription })
  @ApiResponse({ status: 404, standardSchema: contracts.problem })
  async one(@Param('id', { schema: contracts.subscriptionId }) id: string): Promise<Shown> {
    return this.shown(found(await this.subscriptions.get(id)));
  }

  @Patch(':id')
  @Roles('admin')
  @ApiOperation({ summary: 'Change, pause or resume a subscription, set its position, or replace its secret' })
  @ApiResponse({ status: 200, standardSchema: contracts.subscription })
  @ApiResponse({ status: 404, standardSchema: contracts.problem })
  async change(
    @Param('id', { schema: contracts.subscriptionId }) id: string,
    @Body({ schema: contracts.subscriptionChange }) body: z.output<typeof contracts.subscriptionChange>,
    @By() caller: Caller,
    @Res({ passthrough: true }) response: Response,
  ): Promise<Shown> {
    const { state, newSecret, from, url, filter, ...plain } = body;
    let now = found(await this.subscriptions.get(id));
    const change = {
      ...known(plain),
      ...(url === undefined ? {} : { url: this.allowed(url) }),
      ...(filter === undefined ? {} : { filter: known(filterOf(filter)) }),
      ...(from === undefined ? {} : { after: await this.positionOf(from) }),
    };
    if (Object.keys(change).length > 0) now = found(await this.subscriptions.change(id, change, metaOf(caller)));
    if (state === 'paused' && now.state === 'active') now = found(await this.subscriptions.pause(id, 'asked', metaOf(caller)));
    // Also one that is only failing: `active` means "try now".
    if (state === 'active' && (now.state === 'paused' || now.attempts > 0)) now = found(await this.subscriptions.resume(id, metaOf(caller)));
    const rotated = newSecret ? await this.subscriptions.rotate(id, metaOf(caller)) : null;
    response.setHeader('cache-control', 'no-store');

    return { ...(await this.shown(rotated?.subscription ?? now)), ...(rotated ? { secret: rotated.secret } : {}) };
  }

  @Delete(':id')
  @HttpCode(204)
  @Roles('admin')
  @ApiOperation({ summary: 'End a subscription' })
  @ApiResponse({ status: 204, description: 'ended; what is under way may still arrive' })
  @ApiResponse({ status: 404, standardSchema: contracts.problem })
  async end(@Param('id', { schema: contracts.subscriptionId }) id: string, @By() caller: Caller): Promise<void> {
    if (!(await this.subscriptions.remove(id, metaOf(caller)))) throw unknown();
  }

  private allowed(url: string): string {
    try {
      return checkedUrl(url, this.policy.push.networks).href;
    } catch (error) {
      if (error instanceof AddressRefused) throw new Problem(422, error.code, error.message, [{ pointer: '/url', detail: error.message }]);
      throw error;
    }
  }

  private async positionOf(from: 'beginning' | 'now' | number): Promise<number> {
    if (typeof from === 'number') return from;
    return from === 'beginning' ? -1 : newest(this.dataSource);
  }

  private async shown(subscription: Subscription): Promise<Shown> {
    return { ...subscription, filter: shownFilter(subscription), behind: Math.max(0, (await newest(this.dataSource)) - subscription.position) };
  }
}

const unknown = (): Problem => new Problem(404, 'subscription.unknown', 'there is no subscription of this id; GET /v1/audit/subscriptions lists them');
const found = <T>(subscription: T | null): T => {
  if (subscription === null) throw unknown();
  return subscription;
};
const known = <T extends object>(fields: T): Partial<T> => Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as Partial<T>;
const shownFilter = ({ filter: { personRef, ...filter } }: Subscription): Shown['filter'] => ({
  ...filter,
  ...(personRef === undefined ? {} : { person: personRef }),
});
