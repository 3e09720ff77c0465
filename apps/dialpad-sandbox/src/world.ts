import { ApiError } from './api-error.ts';
import type { CallRouter, Device, Group, Office, PhoneNumber, User, WriteEntry } from './model.ts';
import { seeded } from './random.ts';
import type { Store } from './store.ts';
import { defaultSwitches, type Switches } from './switches.ts';

/** The company, and what happens in it by itself. Every change goes through here. */
export class World {
  #random: (() => number) | null = null;

  constructor(
    readonly store: Store,
    private readonly realNow: () => number = Date.now,
  ) {
    store.index<User>('users', 'email', ({ emails }) => emails.map((each) => each.toLowerCase()));
    store.index<User>('users', 'office', ({ officeId }) => [officeId]);
    store.index<User>('users', 'deleted', ({ deletedAt }) => (deletedAt === null ? [] : ['yes']));
    store.index<User>('users', 'admin', ({ superAdmin, state }) => (superAdmin && state === 'active' ? ['yes'] : []));
    store.index<Device>('devices', 'user', ({ userId }) => [userId]);
  }

  /** Follows from the seed, and begins anew with each company. */
  get random(): () => number {
    this.#random ??= seeded(this.store.get<number>('meta', 'seed') ?? 1);
    return this.#random;
  }

  forgetRandom(): void {
    this.#random = null;
  }

  /** Virtual ms. */
  get nowMs(): number {
    return this.realNow() + (this.store.get<number>('meta', 'clockOffset') ?? 0);
  }

  get now(): string {
    return new Date(this.nowMs).toISOString();
  }

  setNow(ms: number): void {
    this.store.put('meta', 'clockOffset', ms - this.realNow());
  }

  get switches(): Switches {
    return { ...defaultSwitches, ...this.store.get<Switches>('meta', 'switches') };
  }

  setSwitches(switches: Switches): void {
    this.store.put('meta', 'switches', switches);
  }

  get companyId(): string {
    return this.store.get<string>('meta', 'companyId') ?? '';
  }

  /** Ids follow from the seed and how many there were, so that equal beginnings give equal ids. */
  newId(): string {
    const counter = (this.store.get<number>('meta', 'ids') ?? 0) + 1;
    this.store.put('meta', 'ids', counter);
    const random = seeded(((this.store.get<number>('meta', 'seed') ?? 1) * 1_000_003 + counter) >>> 0);
    return String(4_000_000_000_000_000 + Math.floor(random() * 4_000_000_000_000) * 1_000 + (counter % 1_000));
  }

  // ── who and what there is ──────────────────────────────────────────────

  get users(): User[] {
    return this.store.all<User>('users');
  }

  findUser(id: string): User | undefined {
    return this.store.get<User>('users', id);
  }

  user(id: string): User {
    const found = this.findUser(id);
    if (!found) throw new ApiError(404, 'user not found');
    return found;
  }

  /** Whoever has the address and is not deleted. */
  userByEmail(email: string): User | undefined {
    return this.store.lookup<User>('users', 'email', email.toLowerCase()).find((each) => each.state !== 'deleted');
  }

  usersOf(officeId: string): User[] {
    return this.store.lookup<User>('users', 'office', officeId);
  }

  putUser(user: User): User {
    this.store.put('users', user.id, user);
    return user;
  }

  get offices(): Office[] {
    return this.store.all<Office>('offices');
  }

  office(id: string): Office {
    const found = this.store.get<Office>('offices', id);
    if (!found) throw new ApiError(404, 'office not found');
    return found;
  }

  putOffice(office: Office): void {
    this.store.put('offices', office.id, office);
  }

  groups(type: Group['type']): Group[] {
    return this.store.all<Group>(type);
  }

  group(type: Group['type'], id: string): Group {
    const found = this.store.get<Group>(type, id);
    if (!found) throw new ApiError(404, `${type} not found`);
    return found;
  }

  putGroup(group: Group): void {
    this.store.put(group.type, group.id, group);
  }

  get callRouters(): CallRouter[] {
    return this.store.all<CallRouter>('callrouters');
  }

  callRouter(id: string): CallRouter {
    const found = this.store.get<CallRouter>('callrouters', id);
    if (!found) throw new ApiError(404, 'call router not found');
    return found;
  }

  putCallRouter(router: CallRouter): void {
    this.store.put('callrouters', router.id, router);
  }

  get numbers(): PhoneNumber[] {
    return this.store.all<PhoneNumber>('numbers');
  }

  number(e164: string): PhoneNumber {
    const found = this.store.get<PhoneNumber>('numbers', e164);
    if (!found) throw new ApiError(404, 'number not found');
    return found;
  }

  putNumber(number: PhoneNumber): void {
    this.store.put('numbers', number.number, number);
  }

  get devices(): Device[] {
    return this.store.all<Device>('devices');
  }

  devicesOf(userId: string): Device[] {
    return this.store.lookup<Device>('devices', 'user', userId);
  }

  // ── the list of writes ─────────────────────────────────────────────────

  noteWrite(operation: string, userId: string | null): void {
    const number = (this.store.get<number>('meta', 'writes') ?? 0) + 1;
    this.store.put('meta', 'writes', number);
    this.store.put('writes', String(number), { number, at: this.now, operation, userId } satisfies WriteEntry);
  }

  get writes(): WriteEntry[] {
    return this.store.all<WriteEntry>('writes').sort((left, right) => left.number - right.number);
  }
}
