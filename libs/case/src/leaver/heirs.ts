/** Where what the leaver had goes, as Dialpad knows it. */
export type Heir = { readonly kind: 'pool' } | { readonly kind: 'user' | 'department' | 'callcenter' | 'office'; readonly id: string };

/** Who gets what: HR's one successor for everything, or finer where HR said so. */
export interface Heirs {
  /** By number, where it differs from `otherNumbers`. */
  readonly numbers: Readonly<Record<string, Heir>>;
  readonly otherNumbers: Heir;
  /** Where lines, menus and routers point instead. */
  readonly routing: Heir;
  /** Who steps in where a group would ring nobody. */
  readonly groups: Heir;
  /** Who gets the admin rights; null: they are only revoked. */
  readonly admin: Heir | null;
}

export const oneHeir = (heir: Heir): Heirs => ({ numbers: {}, otherNumbers: heir, routing: heir, groups: heir, admin: null });

export const heirOfNumber = (heirs: Heirs, number: string): Heir => heirs.numbers[number] ?? heirs.otherNumbers;

/** Every user who would take something over. */
export const usersAmong = (heirs: Heirs): readonly string[] => [
  ...new Set(
    [...Object.values(heirs.numbers), heirs.otherNumbers, heirs.routing, heirs.groups, ...(heirs.admin ? [heirs.admin] : [])].flatMap((heir) =>
      heir.kind === 'user' ? [heir.id] : [],
    ),
  ),
];
