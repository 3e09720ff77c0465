/** Who decides, as the directory knows them. `personRef` is set where policy ties the actor to an employee. */
export interface Decider {
  readonly actor: string;
  readonly roles: readonly string[];
  readonly personRef: string | null;
  /** They say they act for somebody else. */
  readonly onBehalfOf?: string;
}
