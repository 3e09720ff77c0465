import type { CaseView, Gate } from '@handover/case';
import type { CaseInput, StepResult } from '@handover/workflow-contracts';
import { allHandlersFinished, condition, continueAsNew, patched, workflowInfo } from '@temporalio/workflow';
import { cases } from './proxies.ts';
import { showIn } from './display.ts';
import { answerMessages } from './messages.ts';
import { untilOr } from './waiting.ts';

/** Thrown out of the runbook when the case turns round: it is rescinded, withdrawn or closed. */
export class Turned extends Error {}

/** Thrown out of the runbook when HR changed what the plan was made of: the runbook begins again with a plan. */
export class Replanned extends Error {}

/**
 * What a case's workflow holds: the newest view of its case, and the ways to wait for it to change. The stream decides;
 * the desk only looks, so an old signal, a repeated one or a replayed one changes nothing.
 */
export class Desk {
  view: CaseView;
  /** True while the case is being undone: then turning round is no news. */
  undoing = false;
  /** A plan was seen; when there is none any more, it was made void. */
  private hadPlan = false;
  private changes = 0;

  private constructor(
    readonly input: CaseInput,
    view: CaseView,
  ) {
    this.view = view;
    this.hadPlan = view.planned;
  }

  static async attend(input: CaseInput): Promise<Desk> {
    let early: CaseView | null = input.view ?? null;
    let desk: Desk | null = null;
    const see = (view: CaseView): void => {
      if (desk) desk.see(view);
      else if (!early || view.version > early.version) early = view;
    };
    answerMessages(input.caseId, see, () => desk?.view ?? early); // before the first await: nothing may be missed

    const view = await cases('Read the case').look({ caseId: input.caseId });
    desk = new Desk(input, view);
    if (early) desk.see(early);

    return desk;
  }

  get ref(): { caseId: string } {
    return { caseId: this.input.caseId };
  }

  see(view: CaseView): void {
    if (view.version <= this.view.version) return;
    this.view = view;
    this.changes += 1;
  }

  /** Takes in what an activity found, and leaves the runbook when the case has turned round meanwhile. */
  async take<Found extends CaseView | StepResult>(doing: Promise<Found>): Promise<Found> {
    const found = await doing;
    this.see('view' in found ? found.view : found);
    this.turnIfTurned();

    return found;
  }

  turnIfTurned(): void {
    if (this.undoing) return;
    if (this.view.closed || this.view.rescinding || this.view.withdrawing) throw new Turned();
    const isVoid = this.hadPlan && !this.view.planned;
    this.hadPlan = this.view.planned;
    if (isVoid) throw new Replanned();
  }

  private turned(): boolean {
    if (this.undoing) return false;
    return this.view.closed || this.view.rescinding || this.view.withdrawing || (this.hadPlan && !this.view.planned);
  }

  /** True when the condition came to hold, false when the instant came first. Throws `Turned`. */
  async until(holds: () => boolean, at: () => string | null = () => null, summary = ''): Promise<boolean> {
    if (!holds() && !this.turned()) showIn(this.input, this.view);
    const held = await untilOr(
      () => this.turned() || holds(),
      at,
      () => this.changes,
      summary,
    );
    this.turnIfTurned();

    return held;
  }

  /** Until the instant has come; it is asked for again after every change. */
  async untilTime(at: () => string | null, summary: string): Promise<void> {
    await this.until(() => false, at, summary);
  }

  /** For so long, or until the condition holds. */
  async pause(ms: number, summary: string, unless: () => boolean = () => false): Promise<void> {
    const end = new Date(Date.now() + ms).toISOString();
    await this.until(unless, () => end, summary);
  }

  gate(gate: Gate): string {
    return this.view.gates[gate] ?? 'none';
  }

  show(): void {
    showIn(this.input, this.view);
  }

  /**
   * Long waits with many reminders or looks: a new run begins before the history grows heavy. Never while a message is being
   * answered; one that arrives in between keeps this run alive until it is. `since`: runs that waited here before this was
   * done are carried on as they were.
   */
  async beginAnewIfLong(since?: string): Promise<void> {
    if (!workflowInfo().continueAsNewSuggested || (since !== undefined && !patched(since))) return;
    await condition(allHandlersFinished);
    await continueAsNew<(input: CaseInput) => Promise<string>>({ ...this.input, view: this.view });
  }
}
