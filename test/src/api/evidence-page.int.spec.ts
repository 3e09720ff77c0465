import 'reflect-metadata';
import { createHash } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { compose as composeApi, createApi } from '@handover/api';
import type { DialpadUser } from '@handover/connector-dialpad';
import { announcePackKey, openServiceDatabase, packKeys, Sequencer, checkpointKeys } from '@handover/event-store-postgres';
import { packSignerOf, verifyPack, type EvidencePack } from '@handover/evidence';
import { createLogger } from '@handover/observability';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { chromium, type Browser, type Page } from 'playwright-core';
import { chromiumArguments, chromiumPath, CUT_OFF, FAINT_TEXTS } from '../support/chromium.ts';
import { newKey, newSigner, sealAll } from '../support/record.ts';
import { employeeOf, startSkippedTime, type SkippedTime } from '../support/skipped-time.ts';

const inChromium = chromiumPath === null ? describe.skip : describe;
/** Where pictures of the pages are kept to be looked at; nowhere unless it is set. */
const KEEP = process.env['HANDOVER_KEEP_PAGES'];

inChromium('the page of an evidence pack', () => {
  let world: SkippedTime;
  let browser: Browser;
  let base = '';
  const cases: Record<string, string> = {};
  const stops: (() => Promise<unknown>)[] = [];
  const dayIn = (days: number): string => new Date(Date.parse(world.now()) + days * 86_400_000).toISOString().slice(0, 10);
  const users: DialpadUser[] = [];
  const take = (fits: (user: DialpadUser) => boolean): DialpadUser => {
    const [user] = users.splice(users.findIndex(fits), 1);
    if (!user) throw new Error('the seeded company has too few users');
    return user;
  };

  beforeAll(async () => {
    world = await startSkippedTime();
    const { items } = await world.control<{ items: { id: string }[] }>('/api/v2/users?state=active&apikey=test');
    const teams = await world.dialpad.coachingTeams();
    const coached = (await Promise.all(teams.map((team) => world.dialpad.coachingTeamMembers(team.id)))).flat().map((member) => member.id);
    for (const { id } of items.filter((each) => !coached.includes(each.id))) {
      const user = await world.dialpad.readUser(id);
      if (user && user.phoneNumbers.length > 0 && !user.isSuperAdmin && user.adminOfficeIds.length === 0) users.push(user);
    }
    browser = await chromium.launch({ executablePath: chromiumPath ?? '', args: chromiumArguments });
    await played();
    base = await servedBy();
  }, 180_000);
  afterAll(async () => {
    await browser?.close();
    for (const stop of stops) await stop();
    await world.stop();
  }, 30_000);

  /** One of each kind that a page has to read well for, as the worker really does them. */
  const played = async (): Promise<void> => {
    const leaver = take((user) => user.groupDetails.some((group) => group.type === 'department'));
    cases['leaver'] = await leaves(leaver, { timeZone: 'Europe/Berlin', reasonCode: 'voluntary' });
    await world.until(cases['leaver'], 'the approval', (view) => view.gates.leaver === 'open');
    // Somebody who may not decide tries to.
    const decide = {
      stage: 'leaver',
      decision: 'approve',
      planHash: 'another',
      by: { actor: 'requester', roles: ['requester'], personRef: null },
      reasonCode: null,
      reason: null,
      channelCounts: true,
    };
    await world.execute(cases['leaver'], { type: 'decide', now: world.now(), decide });
    await world.approve(cases['leaver'], 'leaver');
    await world.until(cases['leaver'], 'the hold', (view) => view.phase === 'holding' || view.attention !== null);

    const erased = take((user) => user.groupDetails.length === 0);
    cases['erased'] = await leaves(erased, { timeZone: 'Asia/Tokyo' });
    await world.until(cases['erased'], 'the approval', (view) => view.gates.leaver === 'open');
    await world.approve(cases['erased'], 'leaver');
    await world.until(cases['erased'], 'the hold', (view) => view.phase === 'holding' || view.attention !== null);

    cases['joiner'] = await world.tell('employee.hired', {
      employeeId: 'J-1',
      email: 'nora.quist@example.com',
      givenName: 'Nora',
      familyName: 'Quist',
      office: 'Berlin',
      timeZone: 'Europe/Berlin',
      startDate: dayIn(1),
      number: { from: 'reserved' },
      groups: [{ type: 'department', name: 'Berlin Sales' }],
    });
    await world.until(cases['joiner'], 'the invitation', (view) => view.phase === 'awaiting-acceptance' || view.attention !== null);

    const mover = take((user) => user.license === 'talk');
    cases['mover'] = await world.tell('employee.changed', { ...employeeOf(mover, 'M-1'), timeZone: 'UTC', license: 'agents' });
    await world.until(cases['mover'], 'the end', (view) => view.closed || view.attention !== null);

    // In a coaching team, from which only a person can take somebody.
    const [team] = await world.dialpad.coachingTeams();
    const [first] = team ? await world.dialpad.coachingTeamMembers(team.id) : [];
    const coachee = first ? await world.user(first.id) : null;
    if (!coachee) throw new Error('the seeded company has no coaching team');
    cases['blocked'] = await leaves(coachee, { timeZone: 'Europe/Berlin', urgency: 'immediate', reasonCode: 'misconduct' });
    await world.until(cases['blocked'], 'a block', (view) => view.attention !== null || view.phase === 'holding');

    await world.pass('74h');
    await world.until(cases['erased'], 'the second approval', (view) => view.phase === 'awaiting-delete-approval');
    await world.approve(cases['erased'], 'delete', 'approver2');
    await world.until(cases['erased'], 'the delete', (view) => view.phase === 'awaiting-purge');
    await world.pass('73h');
    await world.until(cases['erased'], 'the end', (view) => view.closed);
  };

  const leaves = (user: DialpadUser, more: object): Promise<string> =>
    world.tell('employee.terminated', { ...employeeOf(user, `E-${user.id}`), lastWorkingDay: dayIn(-1), ...more });

  const servedBy = async (): Promise<string> => {
    const sequencer = new Sequencer(world.parts.dataSource, { signer: newSigner() });
    await sealAll(sequencer, { checkpoint: true });
    const apiData = await openServiceDatabase({ service: 'api', url: world.databaseUrl });
    const packSigner = packSignerOf(newKey(), 'test.example');
    await announcePackKey(apiData, packSigner);
    const key = { actor: 'operator', roles: ['operator'], sha256: createHash('sha256').update('key').digest('hex') };
    const parts = { ...world.parts, dataSource: apiData, packSigner, secrets: { apiKeys: [key], hooks: {} } };
    const app = await createApi(composeApi({ ...parts, temporalUi: 'http://127.0.0.1:8233/namespaces/default' }), createLogger('test', 'silent'));
    await app.listen(0, '127.0.0.1');
    stops.push(
      () => app.close(),
      () => apiData.destroy(),
    );
    return `http://127.0.0.1:${(app.getHttpServer().address() as AddressInfo).port}`;
  };

  const read = async (kind: string, format: string): Promise<string> => {
    const answer = await fetch(`${base}/v1/cases/${cases[kind]}/evidence?format=${format}`, { headers: { authorization: 'Bearer key' } });
    if (answer.status !== 200) throw new Error(`${answer.status}: ${await answer.text()}`);
    return answer.text();
  };

  const opened = async (kind: string, width = 1_280): Promise<{ page: Page; asked: string[] }> => {
    const page = await browser.newPage({ viewport: { width, height: 900 } });
    const asked: string[] = [];
    page.on('request', (request) => void asked.push(request.url()));
    await page.setContent(await read(kind, 'html'));
    return { page, asked };
  };

  it.each(['leaver', 'joiner', 'mover', 'blocked', 'erased'])(
    'of a %s case can be read, printed and heard',
    async (kind) => {
      const { page, asked } = await opened(kind);
      expect(asked).toEqual([]); // nothing is fetched from anywhere
      expect(await page.locator('script').count()).toBe(0);
      expect(await page.locator('h1').count()).toBe(1);
      expect(await page.locator('.figure').innerText()).not.toBe('');

      const outline = await page.locator('h1,h2,h3,h4').evaluateAll((headings) => headings.map((each) => Number(each.tagName.slice(1))));
      outline.forEach((level, index) => expect(level - (outline[index - 1] ?? 0)).toBeLessThanOrEqual(1));
      const headless = await page.locator('table').evaluateAll((tables) => tables.filter((table) => table.querySelectorAll('th[scope]').length === 0).length);
      expect(headless).toBe(0);
      expect(await page.evaluate<string[]>(FAINT_TEXTS)).toEqual([]);
      if (KEEP) await keep(page, kind);

      await page.emulateMedia({ media: 'print' });
      await page.setViewportSize({ width: 680, height: 1_000 }); // what A4 leaves between its margins
      expect(await page.evaluate<string[]>(CUT_OFF)).toEqual([]);
      expect((await page.pdf({ format: 'A4' })).subarray(0, 5).toString()).toBe('%PDF-');
      await page.emulateMedia({ media: 'screen' });
      await page.setViewportSize({ width: 400, height: 800 });
      expect(await page.evaluate<string[]>(CUT_OFF)).toEqual([]);
      await page.close();

      const pack = JSON.parse(await read(kind, 'json')) as EvidencePack;
      const known = { keys: await checkpointKeys(world.parts.dataSource), packKeys: await packKeys(world.parts.dataSource) };
      expect(verifyPack(pack, known).faults).toEqual([]);
    },
    60_000,
  );

  it('says how long access stayed open, counted from the cut-off and from when HR told us', async () => {
    const { page } = await opened('leaver');
    expect(await page.locator('.box').first().innerText()).toMatch(/Access stayed open this long after the cut-off\.[\s\S]*after we knew/);
    await page.close();
  });

  it('of somebody who was erased names nobody, and still says what happened', async () => {
    const text = await read('erased', 'html');
    expect(text).toContain('A person who was erased');
    expect(text).toContain('Certificate');
    expect(text).toContain('key destroyed');
    const { story } = JSON.parse(await read('erased', 'json')) as EvidencePack;
    expect(story.erasedAt).not.toBeNull();
  });

  it('of a blocked case says what it waits for', async () => {
    expect(await read('blocked', 'html')).toContain('Waits for a person');
  });

  const keep = async (page: Page, kind: string): Promise<void> => {
    mkdirSync(String(KEEP), { recursive: true });
    await page.screenshot({ path: join(String(KEEP), `${kind}.png`), fullPage: true });
    writeFileSync(join(String(KEEP), `${kind}.html`), await page.content());
    await page.pdf({ path: join(String(KEEP), `${kind}.pdf`), preferCSSPageSize: true, printBackground: true });
  };
});
