/** A value that lost a merge. Tokens are canonical JSON; `null` where a side had nothing. */
export interface Loss {
  /** The field, or null when a whole record lost: then the tokens are data objects. */
  readonly field: string | null;
  readonly base: string | null;
  readonly kept: string | null;
  readonly lost: string;
}

/** What both sides of a field conflict are decided by: `updated_at` first, then the bytes of the value. */
export interface Contest {
  /** Negative: theirs was updated later; positive: ours. */
  readonly order: number;
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
}
