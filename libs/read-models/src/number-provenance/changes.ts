import type { NumberSighting } from '@handover/case';
import type { JsonObject } from '@handover/event-store';

export interface Place {
  readonly type: string;
  readonly id: string;
}

/** One thing the record says about one number: a case moved it, or a reading of Dialpad's list saw it. */
export interface NumberChange {
  readonly number: string;
  readonly how: 'moved' | 'seen';
  /** `leaver`, `joiner`, `mover`, `leaver-undone`, `reassigned`, `released`; `seen` for a reading. */
  readonly why: string;
  /** ISO instant: of the event, or of the beginning of the reading. */
  readonly at: string;
  readonly caseId: string | null;
  readonly officeId: string | null;
  /** Dialpad's word; `released` when it is not the company's any more. */
  readonly status: string;
  /** Who had it before, where the event says so. */
  readonly from: Place | null;
  readonly to: Place | null;
}

interface Said {
  readonly type: string;
  readonly recordedAt: string;
  readonly data: JsonObject;
  readonly meta: { readonly caseId?: string };
}

/** What an event of the log says about numbers; nothing for most. */
export const changesIn = (event: Said): readonly NumberChange[] => {
  switch (event.type) {
    case 'StepVerified':
    case 'StepDoneByHand':
      return movesIn(event);
    case 'NumbersSeen':
      return (event.data['numbers'] as unknown as readonly NumberSighting[]).map(({ number, officeId, status, holder }) =>
        sighting(event, { number, officeId, status, to: holder }),
      );
    case 'NumbersGone':
      return (event.data['numbers'] as readonly string[]).map((number) => sighting(event, { number, officeId: null, status: 'released', to: null }));
    default:
      return [];
  }
};

type Move = Pick<NumberChange, 'number' | 'why' | 'officeId' | 'status' | 'from' | 'to'>;

const movesIn = ({ data, recordedAt, meta }: Said): readonly NumberChange[] => {
  const { moves } = (data['evidence'] ?? {}) as { moves?: unknown };
  if (!Array.isArray(moves)) return [];

  return (moves as readonly Move[]).map((move) => ({ ...move, how: 'moved', at: recordedAt, caseId: meta.caseId ?? null }));
};

const sighting = ({ data }: Said, seen: Pick<NumberChange, 'number' | 'officeId' | 'status' | 'to'>): NumberChange => ({
  ...seen,
  how: 'seen',
  why: 'seen',
  at: String(data['readAt']),
  caseId: null,
  from: null,
});
