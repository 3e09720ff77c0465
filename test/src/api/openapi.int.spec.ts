import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startApi, type RunningApi } from '../support/api.ts';

let api: RunningApi;
beforeAll(async () => {
  api = await startApi();
}, 60_000);
afterAll(() => api.stop(), 30_000);

type Json = Record<string, unknown>;

const walk = (value: unknown, at: string, visit: (node: Json, at: string) => void): void => {
  if (Array.isArray(value)) value.forEach((each, index) => walk(each, `${at}/${index}`, visit));
  else if (typeof value === 'object' && value !== null) {
    visit(value as Json, at);
    for (const [key, each] of Object.entries(value)) walk(each, `${at}/${key}`, visit);
  }
};

describe('the description of the API', () => {
  it('has no reference that leads nowhere, and says what every answer is', async () => {
    const { body } = await api.request('/openapi.json');
    const schemas = ((body as { components: { schemas: Json } }).components ?? {}).schemas;
    const broken: string[] = [];
    walk(body, '', (node, at) => {
      const reference = node['$ref'];
      if (typeof reference === 'string' && !(reference.replace('#/components/schemas/', '') in schemas)) broken.push(`${at}: ${reference}`);
    });
    expect(broken).toEqual([]);
    const paths = (body as { paths: Record<string, Record<string, { summary?: string; responses: Json }>> }).paths;
    const silent = Object.entries(paths).flatMap(([path, methods]) =>
      Object.entries(methods)
        .filter(([, operation]) => !operation.summary)
        .map(([method]) => `${method} ${path}`),
    );
    expect(silent).toEqual([]);
  });

  it('says of every route of the audit API what it answers, and that it answers problems', async () => {
    const { body } = await api.request('/openapi.json');
    const paths = (body as { paths: Record<string, Record<string, { responses: Record<string, unknown>; parameters?: { name: string }[] }>> }).paths;
    const audit = Object.entries(paths).filter(([path]) => path.startsWith('/v1/audit'));
    expect(audit.map(([path]) => path)).toEqual(
      expect.arrayContaining([
        '/v1/audit',
        '/v1/audit/export',
        '/v1/audit/events/{position}',
        '/v1/audit/checkpoints',
        '/v1/audit/proofs/{position}',
        '/v1/audit/consistency',
        '/v1/audit/subscriptions',
        '/v1/audit/subscriptions/{id}',
        '/v1/audit/retention',
        '/v1/audit/retention/preview',
        '/v1/audit/retention/approvals',
      ]),
    );
    const silent = audit.flatMap(([path, methods]) =>
      Object.entries(methods)
        .filter(([, { responses }]) => !Object.keys(responses).some((status) => status.startsWith('2')))
        .map(([method]) => `${method} ${path}`),
    );
    expect(silent).toEqual([]);
    const filters = (paths['/v1/audit/export']?.['get']?.parameters ?? []).map((each) => each.name);
    expect(filters).toEqual(
      expect.arrayContaining(['caseId', 'person', 'actor', 'onBehalfOf', 'kind', 'type', 'channel', 'step', 'from', 'to', 'format', 'ocsf', 'after', 'limit']),
    );
  });

  it('names every parameter there is: a route that takes some refuses any other', async () => {
    const { body } = await api.request('/openapi.json');
    const paths = (body as { paths: Record<string, Record<string, { parameters?: { name: string; in: string }[] }>> }).paths;
    const taking = Object.entries(paths).flatMap(([path, methods]) =>
      Object.entries(methods).flatMap(([method, { parameters = [] }]) => (parameters.some((each) => each.in === 'query') ? [{ method, path }] : [])),
    );
    expect(taking.length).toBeGreaterThan(8);
    for (const { method, path } of taking) {
      const asked = `${path.replace(/\{\w+\}/g, '00000000-0000-4000-8000-000000000000')}?preveiw=true`;
      const keys = ['auditor', 'requester', 'admin'] as const;
      const answers = await Promise.all(keys.map((key) => api.call(key, asked, method === 'get' ? undefined : {})));
      const said = answers.filter(({ status }) => status !== 403).map((answer) => `${answer.status} ${JSON.stringify(answer.body)}`);
      expect([path, said.some((each) => each.startsWith('400') && each.includes('there is no preveiw; there are '))]).toEqual([path, true]);
    }
  });

  it('shows the body of the HR hook with every type of fact', async () => {
    const { body } = await api.request('/openapi.json');
    const text = JSON.stringify((body as { paths: Json }).paths['/v1/hooks/{source}']);
    for (const type of [
      'employee.hired',
      'employee.changed',
      'employee.terminated',
      'employee.termination_date_changed',
      'employee.termination_rescinded',
      'employee.rehired',
    ])
      expect(text).toContain(type);
  });
});
