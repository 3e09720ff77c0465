import { ApiError } from './http.ts';
import type { CallRouter, Counter, Device, Group, Office, PhoneNumber, User, WriteEntry } from './model.ts';
import { seeded } from './random.ts';
import type { Store } from './store.ts';
import { defaultSwitches, type Switches } from './switches.ts';

const RESTORE_WINDOW_MS = 72 * 3_600_000; // help.dialpad.com, "Manage Your Users"

/** The company, and what happens in it by itself. Every change goes through here. */
export class World {
  readonly random = seeded(1);

  constructor(
    readonly store: Store,
    private readonly realNow: () => number = Date.now,
  ) {}

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

  get numbers(): PhoneNumber[] {
    return this.store.all<PhoneNumber>('numbers');
  }

  number(e164: string): PhoneNumber {
    const found = this.store.get<PhoneNumber>('numbers', e164);
    if (!found) throw new ApiError(404, 'number not found');
    return found;
  }

  get devices(): Device[] {
    return this.store.all<Device>('devices');
  }

  /** Memberships as a user shows them; a suspended user keeps theirs. */
  membershipsOf(userId: string): { id: string; type: string; role: string }[] {
    const lines = [
      ...this.offices.map((each) => ({ id: each.id, type: 'office', operators: each.operators })),
      ...(['department', 'callcenter'] as const).flatMap((type) => this.groups(type)),
    ];
    return lines.flatMap(({ id, type, operators }) => operators.filter((each) => each.userId === userId).map(({ role }) => ({ id, type, role })));
  }

  // ── seats ──────────────────────────────────────────────────────────────

  holdsSeat(user: User): boolean {
    if (user.state === 'suspended') return this.switches.suspendFreesSeat === 'false';
    if (user.state === 'deleted') return this.switches.deleteFreesSeat === 'false';
    return true;
  }

  free(office: Office): Record<Counter, number> {
    const left: Record<Counter, number> = { ...office.bought };
    for (const user of this.users.filter((each) => each.officeId === office.id && this.holdsSeat(each))) {
      left[counterOf(user.license)] -= 1;
      if (user.operatorLicense !== null) left[counterOf(user.operatorLicense)] -= 1;
      left.additional_number_lines -= Math.max(0, user.phoneNumbers.length - 1);
    }
    return left;
  }

  /** @throws ApiError when none is free and the company does not buy by itself. */
  needSeat(officeId: string, license: string): void {
    const office = this.office(officeId);
    const counter = counterOf(license);
    if (this.free(office)[counter] > 0) return;
    if (this.switches.noSeat !== 'buys') throw new ApiError(400, `not enough licenses in the office: ${counter}`);
    this.putOffice({ ...office, bought: { ...office.bought, [counter]: office.bought[counter] + 1 } });
  }

  // ── numbers ────────────────────────────────────────────────────────────

  assign(number: PhoneNumber, targetType: string, targetId: string, primary: boolean): PhoneNumber {
    this.detach(number);
    const assigned = { ...number, status: statusOf(targetType), targetType, targetId };
    this.store.put('numbers', number.number, assigned);
    if (targetType === 'user') {
      const user = this.user(targetId);
      const others = user.phoneNumbers.filter((each) => each !== number.number);
      this.putUser({ ...user, phoneNumbers: primary ? [number.number, ...others] : [...others, number.number] });
    } else if (targetType === 'office') {
      const office = this.office(targetId);
      this.putOffice({ ...office, phoneNumbers: [...office.phoneNumbers, number.number] });
    } else if (targetType === 'department' || targetType === 'callcenter') {
      const group = this.group(targetType, targetId);
      this.putGroup({ ...group, phoneNumbers: [...group.phoneNumbers, number.number] });
    }
    return assigned;
  }

  /** Back to the pool; a company without one loses it. */
  unassign(number: PhoneNumber, release: boolean): PhoneNumber | null {
    this.detach(number);
    if (release || this.switches.reservePool === 'false') {
      this.store.remove('numbers', number.number);
      return null;
    }
    const pooled = { ...number, status: 'available', targetType: null, targetId: null };
    this.store.put('numbers', number.number, pooled);
    return pooled;
  }

  private detach(number: PhoneNumber): void {
    const without = (list: readonly string[]): string[] => list.filter((each) => each !== number.number);
    if (number.targetId === null) return;
    if (number.targetType === 'user') {
      const user = this.findUser(number.targetId);
      if (user) this.putUser({ ...user, phoneNumbers: without(user.phoneNumbers) });
    } else if (number.targetType === 'office') {
      const office = this.office(number.targetId);
      this.putOffice({ ...office, phoneNumbers: without(office.phoneNumbers) });
    } else if (number.targetType === 'department' || number.targetType === 'callcenter') {
      const group = this.group(number.targetType, number.targetId);
      this.putGroup({ ...group, phoneNumbers: without(group.phoneNumbers) });
    }
  }

  // ── time ───────────────────────────────────────────────────────────────

  /** Deleted users whose 72 hours are over are gone, and what they held goes back to the pool. */
  settle(): void {
    for (const user of this.users) {
      if (user.deletedAt === null || this.nowMs < Date.parse(user.deletedAt) + RESTORE_WINDOW_MS) continue;
      for (const held of user.heldNumbers) {
        const number = this.store.get<PhoneNumber>('numbers', held);
        if (number) this.unassign(number, false);
      }
      this.store.remove('users', user.id);
    }
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

/** Which counter a licence is taken from (descriptions of the enum in Dialpad's API description). */
export const counterOf = (license: string): Counter =>
  license === 'agents' ? 'sell_lines' : license === 'lite_support_agents' ? 'contact_center_lines' : 'talk_lines';

const statusOf = (targetType: string): string => ({ callcenter: 'call_center', callrouter: 'call_router' })[targetType] ?? targetType;
