/** A value that lost a merge. Tokens are canonical JSON; `null` where a side had nothing. */
export interface Loss {
  /** The field, or null when a whole record lost: then the tokens are data objects. */
  readonly field: string | null;
  readonly base: string | null;
  readonly kept: string | null;
  readonly lost: string;
}

/** Why a value lost. */
export type LossReason =
  | 'merge'
  | 'later version'
  | 'older version'
  | 'deleted'
  | 'parent deleted'
  | 'duplicate'
  | 'prefer-newer'
  | 'prefer-local'
  | 'prefer-external';

/** A loss with its reason. */
export interface ReasonedLoss {
  readonly loss: Loss;
  readonly why: LossReason;
  /** Nobody but this clone ever had the value, so nobody else can miss it. */
  readonly isOnlyHere?: true;
}
