import { createHmac } from 'node:crypto';
import type { DataSource } from 'typeorm';
import { openDatabase, type DatabaseOptions } from './database.ts';
import { assertMigrated, migrate } from './migrate.ts';
import { ROLES, type Role } from './roles.ts';

/** A part of the system with a login of its own, and what it may do. */
export const SERVICES = { api: ['app'], worker: ['app', 'sequencer', 'eraser'] } as const satisfies Record<string, readonly Role[]>;
export type Service = keyof typeof SERVICES;

export interface ServiceLogin {
  readonly service: Service;
  readonly url: string;
  /** Of the schema's owner, for migrations alone. */
  readonly ownerUrl?: string | undefined;
}

/** The login of `url` may do more than a service should, and no lesser one could be made. */
export class TooMuchRight extends Error {}

/**
 * The URL of a login that can read and append events and change nothing of the record, on a schema of this program's version.
 * With an owner's URL the schema is brought up to date first; where `url` itself is an owner's, a login with a service's
 * rights is made and used instead of it, and the connections of the owner are closed. @throws SchemaError, TooMuchRight
 */
export const serviceUrl = async ({ service, url, ownerUrl }: ServiceLogin): Promise<string> => {
  if (ownerUrl !== undefined) await migrateAt(ownerUrl);
  const login = (await ownsSchema(url)) ? await loginFor(service, url) : url;
  await withDatabase(login, async (dataSource) => {
    await assertMigrated(dataSource);
    await assertHarmless(dataSource);
  });

  return login;
};

/** A pool with that login. */
export const openServiceDatabase = async (login: ServiceLogin, options: DatabaseOptions = {}): Promise<DataSource> =>
  openDatabase(await serviceUrl(login), options);

export const migrateAt = (ownerUrl: string): Promise<void> => withDatabase(ownerUrl, migrate);

/** As the owner: the schema is up to date, and the service's login is there. Its URL. */
export const loginFor = (service: Service, ownerUrl: string): Promise<string> =>
  withDatabase(ownerUrl, async (owner) => {
    await migrate(owner);
    const [{ database } = { database: '' }] = await owner.query<{ database: string }[]>('SELECT current_database() AS database');
    const login = `handover_${service}_${database}`.slice(0, 63);
    const url = new URL(ownerUrl);
    const password = passwordOf(login, url.password);
    await makeLogin(owner, login, SERVICES[service], password);
    url.username = encodeURIComponent(login);
    url.password = password ?? '';

    return url.href;
  });

/** The same for every process that knows the owner's; none where the owner needs none, because the server asks nobody then. */
const passwordOf = (login: string, ownersPassword: string): string | null =>
  ownersPassword === '' ? null : createHmac('sha256', ownersPassword).update(`handover/v1/${login}`).digest('hex');

/** Set up in production by whoever owns the server; then nothing here has to be made. */
const makeLogin = async (owner: DataSource, login: string, roles: readonly Role[], password: string | null): Promise<void> => {
  const name = `"${login.replaceAll('"', '""')}"`;
  const secret = password === null ? 'NULL' : `'${password}'`;
  try {
    const there: unknown[] = await owner.query('SELECT 1 FROM pg_roles WHERE rolname = $1', [login]);
    await again(() => owner.query(`${there.length > 0 ? 'ALTER' : 'CREATE'} ROLE ${name} LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE PASSWORD ${secret}`));
    for (const role of roles) await again(() => owner.query(`GRANT ${ROLES[role]} TO ${name}`));
  } catch (error) {
    throw new TooMuchRight(
      `DATABASE_URL is a login that owns the schema, and it may not make a lesser one (${(error as Error).message}). Make a login that is a member of ${roles.map((role) => ROLES[role]).join(', ')}, give it as DATABASE_URL, and the owner as DATABASE_OWNER_URL.`,
      { cause: error },
    );
  }
};

/** Roles belong to the whole server, and two databases of it may be set up at once. */
const again = async (work: () => Promise<unknown>): Promise<void> => {
  for (let tries = 1; ; tries += 1) {
    try {
      await work();
      return;
    } catch (error) {
      const code = (error as { code?: string }).code ?? '';
      if (!['XX000', '23505', '42710', '40001'].includes(code) || tries === 5) throw error;
    }
  }
};

/** Whether a login may change the schema: then it is too much for a service. */
export const ownsSchema = (url: string): Promise<boolean> =>
  withDatabase(url, async (dataSource) => {
    const [row] = await dataSource.query<{ owns: boolean }[]>(`SELECT coalesce(
        (SELECT pg_has_role(current_user, nspowner, 'MEMBER') FROM pg_namespace WHERE nspname = 'ev'), has_database_privilege(current_database(), 'CREATE')) AS owns`);
    return row?.owns ?? false;
  });

const assertHarmless = async (dataSource: DataSource): Promise<void> => {
  const [row] = await dataSource.query<{ can: boolean; login: string }[]>(
    `SELECT has_table_privilege('ev.event', 'INSERT, UPDATE, DELETE, TRUNCATE') AS can, current_user AS login`,
  );
  if (row?.can !== false) throw new TooMuchRight(`the login ${row?.login} may write to the record by other ways than appending to it`);
};

const withDatabase = async <T>(url: string, work: (dataSource: DataSource) => Promise<T>): Promise<T> => {
  const dataSource = await openDatabase(url, { name: 'handover-setup', poolSize: 2 });
  try {
    return await work(dataSource);
  } finally {
    await dataSource.destroy();
  }
};
