import type { JsonObject } from '../kernel.ts';
import type { Heir } from './heirs.ts';

/** Another case that this one gets in the way of, or that gets in its way. */
export type Conflict =
  | { readonly kind: 'other-case'; readonly caseId: string; readonly of: string }
  /** The person is to take over from somebody else. */
  | { readonly kind: 'named-as-successor'; readonly caseId: string }
  /** Somebody who joins is promised one of the person's numbers. */
  | { readonly kind: 'number-awaited'; readonly caseId: string }
  /** Who takes over leaves as well, no later. */
  | { readonly kind: 'successor-leaves'; readonly caseId: string; readonly userId: string; readonly at: string }
  | { readonly kind: 'colleague-leaves'; readonly caseId: string; readonly userId: string; readonly at: string; readonly groups: readonly string[] };

/** What hangs on a person in Dialpad, read before the plan. Ids, numbers of the company and names of lines: no personal value. */
export interface Impact {
  readonly numbers: readonly { readonly number: string; readonly type: string | null; readonly isPrimary: boolean; readonly goesTo: Heir }[];
  /** What the person shows when they call. */
  readonly callerId: 'own-number' | 'blocked' | 'other' | 'unknown';
  readonly shownBy: readonly { readonly userId: string; readonly number: string }[];
  readonly groups: readonly {
    readonly type: string;
    readonly id: string;
    readonly name: string | null;
    readonly role: string;
    /** Others who can be rung there; null where nobody is rung. */
    readonly others: number | null;
    readonly isTask: boolean;
  }[];
  readonly admin: {
    readonly scope: 'company' | 'regional' | 'office' | 'group' | 'none';
    readonly company: boolean;
    readonly officeIds: readonly string[];
    readonly groups: readonly { readonly type: string; readonly id: string; readonly role: string }[];
    /** Null: the rights are only revoked. */
    readonly goesTo: Heir | null;
  };
  /** How many numbers calls are forwarded to; which ones is personal. */
  readonly forwarding: number;
  readonly deskPhones: readonly { readonly id: string; readonly type: string | null }[];
  readonly devices: readonly { readonly type: string | null }[];
  readonly personas: readonly { readonly type: string | null; readonly id: string }[];
  readonly greetings: readonly { readonly ivrType: string; readonly id: string; readonly selected: boolean }[];
  /** Where calls are sent to the person. */
  readonly routing: readonly JsonObject[];
  readonly voicemailMails: readonly { readonly type: string; readonly id: string; readonly name: string | null }[];
  readonly conflicts: readonly Conflict[];
  /** Whether the API key in use is the person's: then nothing works once they are suspended. `unknown`: the policy does not say. */
  readonly apiKeyOwner: 'this-person' | 'somebody-else' | 'unknown';
}

/** The personal part, sealed beside it and gone with the person's key. */
export interface PersonalImpact {
  readonly forwardingNumbers: readonly string[];
  readonly callerId: string | null;
  readonly personas: readonly string[];
  readonly greetings: readonly string[];
  readonly devices: readonly string[];
}

export const adminScopeOf = (company: boolean, officeIds: readonly string[], groups: readonly unknown[]): Impact['admin']['scope'] => {
  if (company) return 'company';
  if (officeIds.length > 1) return 'regional';
  if (officeIds.length === 1) return 'office';

  return groups.length > 0 ? 'group' : 'none';
};
